"""Numbers of letters: each series of a programme counts for itself, year by year, and leaves none out (R34)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.models import Letter
from app.models.drawing import draw_ids

# Both databases take it: the row is locked until the transaction ends, and a rollback gives the numbers back.
_TAKE = text(
    "INSERT INTO letter_counts (programme_id, series, year, last) VALUES (:programme, :series, :year, :wanted) "
    "ON CONFLICT (programme_id, series, year) DO UPDATE SET last = letter_counts.last + :wanted RETURNING last"
)


def number_letters(session: Session, letters: Sequence[Letter]) -> None:
    """Give these letters their ids and numbers, in their order, and add them to the session.

    Called last in a transaction, right before the record: a transaction that holds a counter then waits for the record
    only, so that no two transactions wait for each other.
    """
    by_series: dict[tuple[int, str, int], list[Letter]] = {}
    for letter in letters:
        by_series.setdefault((letter.programme_id, letter.series, letter.year), []).append(letter)
    for (programme_id, series, year), theirs in sorted(by_series.items()):
        taken = {"programme": programme_id, "series": series, "year": year, "wanted": len(theirs)}
        last = session.execute(_TAKE, taken).scalar_one()
        for number, letter in enumerate(theirs, start=last - len(theirs) + 1):
            letter.number = number
    for row_id, letter in zip(draw_ids(session.connection(), Letter.id, len(letters)), letters, strict=True):
        letter.id = row_id
    session.add_all(letters)
