"""The list, the page and the sheet of an archive name each file once, whatever its name holds."""

from __future__ import annotations

from app.papers.archive_index import program, sheet_rows, written_list, written_page
from app.papers.bundle import PackedFile

ODD = "案件/<b>甲&乙</b> 100%.docx"
PACKED = [PackedFile("决定/决定.docx", 7, "a" * 64, 1), PackedFile(ODD, 9, "b" * 64, 1)]


def test_the_list_is_what_sha256sum_reads() -> None:
    assert written_list(PACKED).decode() == f"{'a' * 64}  决定/决定.docx\n{'b' * 64}  {ODD}\n"


def test_the_page_links_each_file_and_reads_no_name_as_markup() -> None:
    page = written_page("归档包", PACKED, ["<i>没有收到</i>"], ["第一行"]).decode()
    assert "<b>" not in page
    assert "&lt;i&gt;没有收到" in page
    assert f'href="{"%E6%A1%88%E4%BB%B6/%3Cb%3E"}' in page
    assert "100%25.docx" in page
    assert "没有收入的文件" not in written_page("归档包", PACKED, [], []).decode()


def test_the_sheet_counts_its_rows() -> None:
    assert sheet_rows(PACKED) == [[1, "决定/决定.docx", 7, "a" * 64], [2, ODD, 9, "b" * 64]]


def test_the_program_is_what_is_shipped() -> None:
    compile(program(), "核验.py", "exec")
