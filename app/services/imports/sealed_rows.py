"""The rows of an import: each sealed to its place, opened again only for whoever may look (R12).

Row 0 stands for the list as a whole: its recommending unit, its places. The others are nominees, numbered as Excel
counts their rows or by the place of their file among several, and the photos that came along.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import String, cast, func, select
from sqlalchemy.orm import Session

from app.domain.imports.nominations import Nomination, Problem
from app.domain.periods.rounds import Kind
from app.models import ImportRow
from app.sealing import Keyring
from app.services.nominees.dossiers import person_hash

ASKS = "asks"  # the key of a problem that is a question: whoever confirms the import answers for it
HEAD = 0  # the number of the row that stands for the whole list
_AT_ONCE = 200

# Which row it is, as its place names it: for whoever seals a whole table anew.
NAMED_BY = cast(ImportRow.import_id, String) + ":" + cast(ImportRow.number, String)


class What(StrEnum):
    """What a row stands for."""

    HEAD = "head"
    NOMINEE = "nominee"
    PHOTO = "photo"


@dataclass(frozen=True, slots=True)
class NominationRow:
    """One row, opened. `source` is what its file was called; a photo knows its `document_id` and its `owner`, a row."""

    number: int
    what: What
    kind: Kind | None = None
    source: str = ""
    document_id: int | None = None
    owner: int | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    order: str = ""  # 序号, where it is a row of a sheet
    where: str = ""  # as Nomination.where
    problems: Sequence[Mapping[str, str]] = ()

    @property
    def nomination(self) -> Nomination:
        """The row as the rules know it."""
        assert self.kind is not None  # noqa: S101 - asked of nominees only
        return Nomination(self.kind, self.number, self.source, self.fields, order=self.order, where=self.where)

    @property
    def name(self) -> str:
        return self.fields.get("name", "")

    def with_problems(self, problems: Sequence[Mapping[str, str]]) -> NominationRow:
        return replace(self, problems=problems)


def place(named: str) -> str:
    """Return the place a row is sealed to. `named` is "17:3" for row 3 of import 17."""
    return f"import-row:{named}"


def worded(problem: Problem) -> dict[str, str]:
    """Return a problem as the row keeps it."""
    told = {"column": problem.column, "wrong": problem.wrong, "right": problem.right}
    return told | {ASKS: "1"} if problem.asks else told


def columns_of(keyring: Keyring, import_id: int, row: NominationRow) -> dict[str, Any]:
    """Return the columns of an ImportRow."""
    content = {
        "what": row.what,
        "kind": row.kind,
        "source": row.source,
        "document": row.document_id,
        "owner": row.owner,
        "order": row.order,
        "where": row.where,
        "fields": {key: text for key, text in row.fields.items() if text},
    }
    text = json.dumps(content, ensure_ascii=False)
    return {
        "import_id": import_id,
        "number": row.number,
        "sealed": keyring.seal(text, place(f"{import_id}:{row.number}")),
        "person_hash": person_hash(keyring.hash_key, row.fields),
        "problems": list(row.problems),
    }


def opened(keyring: Keyring, row: Any) -> NominationRow:
    """Unseal a row of the table, or its columns. Raises SealBroken."""
    content = json.loads(keyring.unseal_text(row.sealed, place(f"{row.import_id}:{row.number}")))
    return NominationRow(
        number=row.number,
        what=What(content["what"]),
        kind=Kind(content["kind"]) if content["kind"] else None,
        source=content["source"],
        document_id=content["document"],
        owner=content["owner"],
        fields=content["fields"],
        order=content["order"],
        where=content.get("where", ""),  # rows of before several sheets were read have none
        problems=row.problems,
    )


def each(session: Session, keyring: Keyring, import_id: int) -> Iterator[NominationRow]:
    """Yield every row in order, a few hundred in memory at a time."""
    last = -1
    while True:
        columns = (ImportRow.import_id, ImportRow.number, ImportRow.sealed, ImportRow.problems)
        query = select(*columns).where(ImportRow.import_id == import_id, ImportRow.number > last)
        rows = session.execute(query.order_by(ImportRow.number).limit(_AT_ONCE)).all()
        if not rows:
            return
        last = rows[-1].number
        yield from (opened(keyring, row) for row in rows)


def some(session: Session, keyring: Keyring, import_id: int, numbers: Iterable[int]) -> dict[int, NominationRow]:
    """Return these rows of an import, by number."""
    wanted = (ImportRow.import_id == import_id, ImportRow.number.in_(list(numbers)))
    return {row.number: opened(keyring, row) for row in session.scalars(select(ImportRow).where(*wanted))}


@dataclass(frozen=True, slots=True)
class Found:
    """How many problems the rows of an import have, and how many questions."""

    problems: int
    questions: int


def found_in(session: Session, import_id: int) -> Found:
    """Count the problems and the questions of an import."""
    has_some = func.length(cast(ImportRow.problems, String)) > 2
    query = select(ImportRow.problems).where(ImportRow.import_id == import_id, has_some)
    found = [ASKS in each for problems in session.scalars(query) for each in problems]
    return Found(found.count(False), found.count(True))
