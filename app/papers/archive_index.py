"""What an archive says of itself: the list for `sha256sum -c`, the index as a page and as a sheet, the program."""

from __future__ import annotations

import html
from collections.abc import Sequence
from importlib.resources import files
from urllib.parse import quote

from app.papers.bundle import PackedFile

LIST, INDEX_PAGE, INDEX_SHEET, PROGRAM, README = "清单.sha256", "目录.html", "目录.xlsx", "核验.py", "00-说明.txt"
SHEET_COLUMNS = (("序号", 8), ("文件", 90), ("大小（字节）", 14), ("SHA-256", 70))
_STYLE = (
    "body{font-family:'PingFang SC','Microsoft YaHei',sans-serif;margin:2em;line-height:1.6}"
    "table{border-collapse:collapse}td,th{border:1px solid #d0d7de;padding:.2em .6em;text-align:left}"
    "code{font-size:.8em;overflow-wrap:anywhere}td.n{text-align:right}"
)


def written_list(packed: Sequence[PackedFile]) -> bytes:
    """Write the list as `sha256sum` writes and checks it."""
    return "".join(f"{each.sha256}  {each.path}\n" for each in packed).encode()


def written_page(title: str, packed: Sequence[PackedFile], missing: Sequence[str], said: Sequence[str]) -> bytes:
    """Write the index as a page by itself: no script, no picture, nothing from elsewhere, a link to each file."""
    rows = "".join(
        f'<tr><td class="n">{number}</td><td><a href="{quote(each.path)}">{html.escape(each.path)}</a></td>'
        f'<td class="n">{each.size}</td><td><code>{each.sha256}</code></td></tr>\n'
        for number, each in enumerate(packed, start=1)
    )
    left_out = "".join(f"<li>{html.escape(one)}</li>" for one in missing)
    return (
        f'<!doctype html>\n<html lang="zh-CN"><head><meta charset="utf-8"><title>{html.escape(title)}</title>'
        f"<style>{_STYLE}</style></head><body>\n<h1>{html.escape(title)}</h1>\n"
        + "".join(f"<p>{html.escape(line)}</p>\n" for line in said)
        + (f"<h2>没有收入的文件</h2>\n<ul>{left_out}</ul>\n" if missing else "")
        + "<h2>目录</h2>\n<table><thead><tr><th>序号</th><th>文件</th><th>字节</th><th>SHA-256</th></tr></thead>\n"
        + f"<tbody>{rows}</tbody></table>\n</body></html>\n"
    ).encode()


def sheet_rows(packed: Sequence[PackedFile]) -> list[list[str | int]]:
    """Return the rows of the index as a sheet."""
    return [[number, each.path, each.size, each.sha256] for number, each in enumerate(packed, start=1)]


def program() -> bytes:
    """Return the program that checks an archive: the standard library alone."""
    return (files("app") / "data" / "archive" / "verify.py").read_bytes()
