"""A bundle is written while it is sent: complete, small in memory, and with a list of missing files."""

from __future__ import annotations

import hashlib
import os
import tracemalloc
from collections.abc import Iterable, Iterator

from app.papers.bundle import CONTENTS, LeftOut, Member, bundled
from tests.papers.reading import unzipped
from tests.world import at

NOW = at("2026-10-12 Mon 10:00")


def read(pieces: Iterable[bytes]) -> dict[str, bytes]:
    return unzipped(b"".join(pieces))


def refused() -> Iterable[bytes]:
    raise LeftOut("文件没有通过查毒")


def test_two_of_one_name_stand_beside_each_other_and_the_contents_name_every_file_with_its_hash() -> None:
    members = [
        Member("推荐表/麒麟区—张三.docx", lambda: [b"one"], copies=5),
        Member("推荐表/麒麟区—张三.docx", lambda: [b"two ", b"pieces"], copies=5),
        Member("照片/A.JPG", lambda: [b"photo"]),
        Member("照片/a.jpg", lambda: [b"another"]),  # one name to Windows
        Member(CONTENTS, lambda: [b"somebody's own"]),
    ]
    files = read(bundled("材料", members, NOW))
    contents = files.pop(CONTENTS).decode("utf-8-sig")
    assert files == {
        "推荐表/麒麟区—张三.docx": b"one",
        "推荐表/麒麟区—张三（2）.docx": b"two pieces",
        "照片/A.JPG": b"photo",
        "照片/a（2）.jpg": b"another",
        "目录（2）.txt": b"somebody's own",
    }
    listed = [line.split("\t") for line in contents.splitlines() if line[:1].isdecimal()]
    assert [(path, hash_) for _, path, _, hash_ in listed] == [
        (path, hashlib.sha256(content).hexdigest()) for path, content in files.items()
    ]
    assert [copies for _, _, copies, _ in listed] == ["5份", "5份", "电子版", "电子版", "电子版"]


def test_what_can_not_be_had_is_named_and_the_rest_is_whole() -> None:
    files = read(bundled("材料", [Member("照片/a.jpg", refused), Member("b.txt", lambda: [b"b"])], NOW))
    assert set(files) == {"b.txt", CONTENTS}
    assert files[CONTENTS].decode("utf-8-sig").splitlines()[-1] == "照片/a.jpg：文件没有通过查毒"


def test_memory_does_not_grow_with_what_is_sent() -> None:
    def noise() -> Iterator[bytes]:
        for _ in range(160):
            yield os.urandom(64 * 1024)  # 10 MB that no packing makes smaller

    tracemalloc.start()
    sent = sum(len(piece) for piece in bundled("材料", [Member("noise", noise)], NOW))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert sent > 10_000_000
    assert peak < 3_000_000
