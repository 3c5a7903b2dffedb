"""How a list marks its rows: red for what falls due and for nothing else (docs/design.md)."""

from __future__ import annotations

from werkzeug.datastructures import MultiDict

from app.web.shared.lists import Listing


def test_a_row_is_marked_once_the_deadline_first() -> None:
    rows = [0, 1, 2, 3, 6]
    listing: Listing[int] = Listing(
        "数",
        (),
        rows,
        "没有",
        urgent=lambda row: row in (3, 6),
        wrong=lambda row: row in (2, 6),
        waiting=lambda row: row == 1,
        args=MultiDict(),
        path="/",
    )
    assert [listing.mark(row) for row in rows] == ["", "waiting", "wrong", "urgent", "urgent"]
    plain: Listing[int] = Listing("数", (), rows, "没有", args=MultiDict(), path="/")
    assert {plain.mark(row) for row in rows} == {""}
