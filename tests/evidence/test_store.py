"""A file is kept whole or not at all, under a name in which no path can hide."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from app.evidence.names import FileMissing, StoreDown
from app.evidence.store import Folder, store_of
from config import Settings

NAME, OTHER = "ab" + "0" * 30, "cd" + "1" * 30
SMUGGLED = [
    "",
    "../" + NAME,
    "/etc/passwd",
    NAME[:31],
    NAME + "0",
    NAME.upper(),
    NAME[:31] + "/",
    NAME + "\n",
    "ab/" + NAME,
]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "evidence")


def files_under(path: Path) -> list[str]:
    return sorted(str(file.relative_to(path)) for file in path.rglob("*") if file.is_file())


def broken_off(*pieces: bytes, by: BaseException) -> Iterator[bytes]:
    yield from pieces
    raise by


def test_what_is_put_is_got_and_listed_until_it_is_deleted(folder: Folder, tmp_path: Path) -> None:
    assert (list(folder.names()), list(folder.unfinished())) == ([], [])  # before there is any folder
    folder.put(NAME, [b"one", b"", b"two"])
    folder.put(OTHER, [])
    assert b"".join(folder.get(NAME)) == b"onetwo"
    assert b"".join(folder.get(OTHER)) == b""
    assert list(folder.names()) == [NAME, OTHER]
    assert files_under(tmp_path) == [f"evidence/ab/{NAME}", f"evidence/cd/{OTHER}"]
    folder.delete(NAME)
    folder.delete(NAME)  # the second time is no error
    assert list(folder.names()) == [OTHER]
    with pytest.raises(FileMissing):
        folder.get(NAME)


def test_nobody_but_the_server_may_look_into_the_folder(folder: Folder, tmp_path: Path) -> None:
    folder.put(NAME, [b"content"])
    paths = [tmp_path / "evidence", tmp_path / "evidence/ab", tmp_path / "evidence/ab" / NAME]
    assert [oct(path.stat().st_mode & 0o777) for path in paths] == ["0o700", "0o700", "0o600"]


@pytest.mark.parametrize("name", SMUGGLED)
def test_security_33_no_path_hides_in_a_name(folder: Folder, tmp_path: Path, name: str) -> None:
    for act in (lambda: folder.put(name, [b"content"]), lambda: folder.get(name), lambda: folder.delete(name)):
        with pytest.raises(ValueError, match="not the name of a stored file"):
            act()
    assert files_under(tmp_path) == []


@pytest.mark.parametrize("fault", [ValueError("the seal broke"), KeyboardInterrupt()])
def test_a_file_that_breaks_off_leaves_nothing(folder: Folder, tmp_path: Path, fault: BaseException) -> None:
    with pytest.raises(type(fault)):
        folder.put(NAME, broken_off(b"the first half", by=fault))
    assert files_under(tmp_path) == []
    folder.put(NAME, [b"the whole"])
    with pytest.raises(type(fault)):
        folder.put(NAME, broken_off(b"the first half", by=fault))
    assert b"".join(folder.get(NAME)) == b"the whole"


def test_security_04_a_full_disk_is_named_and_leaves_no_half_file(folder: Folder, tmp_path: Path) -> None:
    with pytest.raises(StoreDown, match="No space left"):
        folder.put(NAME, broken_off(b"the first half", by=OSError(28, "No space left on device")))
    assert files_under(tmp_path) == []


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "evidence").write_text("somebody's file stands where the folder should be")
    with pytest.raises(StoreDown):
        Folder(tmp_path / "evidence").put(NAME, [b"content"])


def test_security_05_what_a_kill_left_behind_is_told_apart(folder: Folder, tmp_path: Path) -> None:
    """A process killed while it writes: a child that ends in the middle of `put` without a chance to tidy up."""
    folder.put(OTHER, [b"whole"])

    def killed() -> Iterable[bytes]:
        yield b"the first half"
        os._exit(9)

    if (child := os.fork()) == 0:
        try:
            folder.put(NAME, killed())
        finally:
            os._exit(1)  # the child is not to run the rest of the tests
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    (tmp_path / "evidence" / "README").write_text("not ours")
    (tmp_path / "evidence" / "ab" / OTHER).write_text("not where it belongs")
    assert list(folder.names()) == [OTHER]
    [left] = folder.unfinished()
    assert left.startswith(f"ab/{NAME}.")
    with pytest.raises(FileMissing):
        folder.get(NAME)


def test_all_is_on_disk_before_put_returns(folder: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The order of what reaches the disk: content, then the name, then the folders; watched at the system's calls."""
    synced: list[str] = []
    real = os.fsync

    def watching(descriptor: int) -> None:
        path = Path(os.readlink(f"/proc/self/fd/{descriptor}")).relative_to(tmp_path)
        synced.append(f"{str(path)[: 11 + 34]} {'there' if (tmp_path / 'evidence/ab' / NAME).exists() else 'not yet'}")
        real(descriptor)

    monkeypatch.setattr(os, "fsync", watching)
    folder.put(NAME, [b"content"])
    assert synced == [
        ". not yet",
        "evidence not yet",
        f"evidence/ab/{NAME}. not yet",
        "evidence/ab there",
    ]


def test_the_settings_name_the_folder(tmp_path: Path) -> None:
    store = store_of(Settings(evidence_dir=tmp_path / "elsewhere"))
    store.put(NAME, [b"content"])
    assert files_under(tmp_path) == [f"elsewhere/ab/{NAME}"]
