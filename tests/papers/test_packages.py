"""A .zip of forms and photos: its files one at a time, under the names that people gave them."""

from __future__ import annotations

import io
import zipfile

import pytest

from app.domain.refusals import UnreadableForm
from app.papers import packages
from app.papers.packages import unpacked
from tests.evidence.files import archive, docx


def content(file: bytes) -> list[tuple[str, bytes]]:
    return [(name, spool.read()) for name, spool in unpacked(io.BytesIO(file), "材料.zip")]


def why(file: bytes) -> tuple[str, str]:
    with pytest.raises(UnreadableForm) as refused:
        content(file)
    return refused.value.source, refused.value.why


def named(*names: bytes) -> bytes:
    """An archive whose names are these very bytes, as a packer that knows no Unicode writes them."""
    made = archive({f"{number:0{len(name)}}": "x" for number, name in enumerate(names)})
    for number, name in enumerate(names):
        made = made.replace(f"{number:0{len(name)}}".encode(), name)
    return made


def test_files_come_with_their_folders_and_without_litter() -> None:
    made = archive(
        {
            "麒麟区/附件5 张三.docx": docx(),
            "麒麟区/": "",
            "麒麟区—张三.JPG": "photo",
            "__MACOSX/麒麟区/._附件5 张三.docx": "x",
            "麒麟区/~$件5 张三.docx": "x",
            "麒麟区/.DS_Store": "x",
            "麒麟区/Thumbs.db": "x",
        }
    )
    assert content(made) == [("麒麟区/附件5 张三.docx", docx()), ("麒麟区—张三.JPG", b"photo")]


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
def test_names_are_read_in_either_writing(encoding: str) -> None:
    names = ["麒麟区—张三.jpg", "附件5·李四.jpg"]
    assert [name for name, _ in content(named(*(name.encode(encoding) for name in names)))] == names


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("../../etc/passwd", "etc/passwd"),
        ("/etc/passwd", "etc/passwd"),
        ("C:\\Windows\\x.docx", "Windows/x.docx"),
        ("a/../../b.docx", "a/b.docx"),
        ("..", "无名文件"),
    ],
)
def test_security_33_names_in_a_package_lead_nowhere(name: str, read: str) -> None:
    assert content(archive({name: "x"})) == [(read, b"x")]


def test_a_file_is_there_until_the_next_is_asked_for() -> None:
    files = unpacked(io.BytesIO(archive({"a.jpg": "a", "b.jpg": "b"})), "材料.zip")
    _, first = next(files)
    assert first.read() == b"a"
    _, second = next(files)
    assert first.closed
    files.close()  # type: ignore[attr-defined]  # whoever stops half way leaves nothing open
    assert second.closed


def test_security_33_a_package_in_a_package_is_refused_by_name() -> None:
    said = "压缩包里又夹带了压缩包。"
    assert why(archive({"内/里面.zip": archive({"a": "b"})})) == ("材料.zip/内/里面.zip", said)
    assert why(archive({"里面.jpg": archive({"a": "b"})})) == ("材料.zip/里面.jpg", said)
    assert why(archive({"里面.RAR": "x"})) == ("材料.zip/里面.RAR", said)


def test_security_33_a_package_that_swells_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    large = ("材料.zip", "这个压缩包解压后太大，或压缩得异常。")
    monkeypatch.setattr(packages, "FILE_LIMIT", 1000)
    assert content(archive({"a": b"\0" * 1000})) == [("a", b"\0" * 1000)]
    assert why(archive({"a": b"\0" * 1001})) == large
    monkeypatch.setattr(packages, "UNPACKED_LIMIT", 1500)
    assert why(archive({"a": b"\0" * 1000, "b": b"\0" * 501})) == large
    assert len(content(archive({"a": b"\0" * 1000, "b": b"\0" * 500}))) == 2
    monkeypatch.setattr(packages, "PACKAGE_LIMIT", 100)
    assert why(archive({"a": "x"})) == large


def test_security_33_too_many_files_are_refused_before_one_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "FILES_LIMIT", 2)
    assert len(content(archive({"a": "", "b": "", ".c": ""}))) == 2
    assert "超过" in why(archive({"a": "", "b": "", "c": ""}))[1]
    monkeypatch.setattr(packages, "_ENTRY_LIMIT", 2)
    assert "超过" in why(archive({"a": "", ".b": "", ".c": ""}))[1]
    monkeypatch.setattr(packages, "_DIRECTORY_LIMIT", 100)
    assert "超过" in why(archive({"a" * 50: "", "b" * 50: ""}))[1]


def test_what_is_no_package_or_a_locked_one_is_refused() -> None:
    made = archive({"a.jpg": "abc" * 100})
    locked = bytearray(made)
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        locked[made.index(mark) + place] |= 1
    assert "密码" in why(bytes(locked))[1]
    damaged = made.replace(zipfile.ZipFile(io.BytesIO(made)).infolist()[0].CRC.to_bytes(4, "little"), b"\0\0\0\0")
    for broken in (b"", b"x", made[:-30], damaged):
        assert "损坏" in why(broken)[1]
    other = archive({"a.jpg": "abc"}, zipfile.ZIP_LZMA)
    assert "损坏" in why(other)[1]


def test_names_lose_what_nobody_sees() -> None:
    made = archive({"a\x01\u202e\nb.docx": docx(), "..\\..\\/\x02\x7f": "x"})
    assert [name for name, _ in content(made)] == ["a b.docx", "无名文件"]
