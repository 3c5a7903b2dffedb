"""A PDF carries nothing that runs, no file of another kind and no lock, as far as its text can tell."""

from __future__ import annotations

import io
import zlib

import pytest

from app.domain.refusals import FileRefused
from app.evidence import pdf
from app.evidence.pdf import check_pdf
from tests.evidence import files


def object_stream(text: bytes, dictionary: bytes = b"/Type /ObjStm /Filter /FlateDecode", end: bytes = b"\n") -> bytes:
    """An object stream as Acrobat and Word write it: the objects are packed."""
    packed = zlib.compress(b"12 0 13 40 " + text)
    return (
        b"5 0 obj\n<< %s /Length %d >>\nstream%s" % (dictionary, len(packed), end) + packed + b"\nendstream\nendobj\n"
    )


def refusal(content: bytes) -> str:
    with pytest.raises(FileRefused) as refused:
        check_pdf(io.BytesIO(content))
    assert refused.value.why.endswith("另存为普通的 PDF 再上传；也可以上传截图或照片。")
    return refused.value.why


HARMLESS = {
    "plain": files.pdf(),
    "a link": files.pdf(b"<< /S /URI /URI (https://example.org) >>"),
    "packed objects": files.pdf(object_stream(b"<< /Type /Page >>")),
    "packed objects, the other line end": files.pdf(object_stream(b"<< /Type /Page >>", end=b"\r\n")),
    "names that only begin alike": files.pdf(b"<< /Launched 1 /JavaScripts 2 /EncryptMetadata true /Encrypted 3 >>"),
    "the words without a slash": files.pdf(b"(JavaScript Launch EmbeddedFile Encrypt)"),
    "a picture's packed bytes": files.pdf(b"<< /Subtype /Image >>\nstream\n" + zlib.compress(b"/JavaScript") + b"\n"),
}
HARMFUL = {
    "a script": (b"<< /S /JavaScript /JS (app.alert\\(1\\)) >>", "脚本"),
    "a script at the end of a line": (b"/S /JavaScript\n", "脚本"),
    "a script before a bracket": (b"/Names << /JavaScript<<>> >>", "脚本"),
    "a program": (b"<< /S /Launch /F (cmd.exe) >>", "启动其他程序"),
    "a file": (b"<< /Type /EmbeddedFile >>", "夹带了别的文件"),
    "a list of files": (b"<< /Names << /EmbeddedFiles 7 0 R >> >>", "夹带了别的文件"),
    "a lock": (b"trailer << /Encrypt 9 0 R >>", "密码"),
    "a script in disguise": (b"/S /J#61v#61Script ", "脚本"),
    "a script in full disguise": (b"/#4A#61#76#61#53#63#72#69#70#74 ", "脚本"),
    "a script in small letters of disguise": (b"/#4a#61#76#61#53#63#72#69#70#74 ", "脚本"),
}


@pytest.mark.parametrize("content", HARMLESS.values(), ids=HARMLESS.keys())
def test_an_ordinary_pdf_is_taken(content: bytes) -> None:
    check_pdf(io.BytesIO(content))


@pytest.mark.parametrize(("marks", "why"), HARMFUL.values(), ids=HARMFUL.keys())
def test_security_33_a_pdf_that_does_something_is_refused(marks: bytes, why: str) -> None:
    assert why in refusal(files.pdf(marks))


@pytest.mark.parametrize(("marks", "why"), HARMFUL.values(), ids=HARMFUL.keys())
@pytest.mark.parametrize("name", [b"/ObjStm", b"/Obj#53tm"])
def test_security_33_so_is_one_whose_doings_are_packed(marks: bytes, why: str, name: bytes) -> None:
    dictionary = b"/Type " + name + b" /Filter /FlateDecode"
    content = files.pdf(object_stream(b"<< >> " + b" " * 100_000 + marks, dictionary))
    assert marks not in content
    assert why in refusal(content)
    assert why in refusal(files.pdf(object_stream(b"<< /Type /Page >>") * 20 + object_stream(b"<< " + marks + b" >>")))


def test_security_33_no_mark_hides_on_the_edge_of_what_is_read_at_once() -> None:
    """At each place around the edge of a piece, open and packed."""
    for before in range(64 * 1024 - 80, 64 * 1024 + 20):
        text = b"%PDF-1.7\n" + b" " * (before - 9) + b"/#4a#61#76#61#53#63#72#69#70#74 "
        assert "脚本" in refusal(text)
        check_pdf(io.BytesIO(text[:-1] + b"Language"))  # a longer name, which only begins alike
    for before in (64 * 1024 - 5, 64 * 1024, 128 * 1024 - 64, 128 * 1024 - 1):
        assert "脚本" in refusal(files.pdf(object_stream(b"<<" + b" " * before + b"/JavaScript ")))


SCRIPT = zlib.compress(b"1 0 << /S /JavaScript >>")
UNREADABLE = {
    "packed twice": b"/Type /ObjStm >>\nstream\n" + zlib.compress(SCRIPT),
    "packed and written in figures": b"/Type /ObjStm >>\nstream\n" + SCRIPT.hex().encode(),
    "written in figures, then packed": b"/Type /ObjStm >>\nstream\n" + zlib.compress(SCRIPT.hex().encode()),
    "packed, then made to begin like numbers": b"/Type /ObjStm >>\nstream\n" + zlib.compress(b"80 1 \xce\xff"),
    "not packed": b"/Type /ObjStm >>\nstream\n1 0 << /Type /Page >>",
    "packed by another method": b"/Type /ObjStm /Filter /LZWDecode >>\nstream\n\x80\x0b\x60",
    "without a stream": b"/Type /ObjStm >> endobj",
    "its stream far away": b"/Type /ObjStm" + b" " * 5000 + b">>\nstream\n" + zlib.compress(b"/JavaScript "),
    "another stream in a comment": b"/Type /ObjStm % >>stream\n5\n" + object_stream(b"/JavaScript ", b"/FlateDecode"),
    "another stream in a string": b"/Type /ObjStm /A (>>stream\n5)" + object_stream(b"/JavaScript ", b"/FlateDecode"),
}


def test_security_33_a_name_does_not_pose_as_the_stream() -> None:
    named = b"<< /Type /ObjStm /stream\n5 /Filter /FlateDecode >>\nstream\n" + SCRIPT
    assert "脚本" in refusal(files.pdf(named))


@pytest.mark.parametrize("marks", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_security_33_packed_objects_that_cannot_be_looked_at_are_refused(marks: bytes) -> None:
    assert "无法检查" in refusal(files.pdf(marks))


def test_security_33_a_pdf_that_unpacks_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "INFLATED_LIMIT", 1_000_000)
    check_pdf(io.BytesIO(files.pdf(object_stream(b"<<" + bytes(900_000)))))
    assert "解压后太大" in refusal(files.pdf(object_stream(b"<<" + bytes(1_100_000))))
    assert "解压后太大" in refusal(files.pdf(object_stream(b"<<" + bytes(500_000)) * 3))  # together, too
    shared = b"/ObjStm " * 3 + b">>stream\n" + zlib.compress(b"1 0 <<" + bytes(500_000))
    assert "解压后太大" in refusal(files.pdf(shared))


def test_security_33_a_pdf_of_countless_streams_is_refused() -> None:
    one = b"/ObjStm >>stream\n" + zlib.compress(b"1 0 <<")
    assert "无法检查" in refusal(files.pdf(b"\n".join([one] * 20_001)))
