"""The name and the media type that a file of each kind is sent out under."""

from __future__ import annotations

from app.evidence.kinds import FileKind


def test_each_kind_has_the_ending_and_the_type_that_a_browser_saves_it_by() -> None:
    office = "application/vnd.openxmlformats-officedocument"
    assert {kind: (kind.extension, kind.media_type) for kind in FileKind} == {
        FileKind.PDF: (".pdf", "application/pdf"),
        FileKind.JPEG: (".jpg", "image/jpeg"),
        FileKind.PNG: (".png", "image/png"),
        FileKind.DOCX: (".docx", f"{office}.wordprocessingml.document"),
        FileKind.XLSX: (".xlsx", f"{office}.spreadsheetml.sheet"),
    }
