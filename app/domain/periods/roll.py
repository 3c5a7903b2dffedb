"""The order of a public list: by recommending unit where the round shows it, by kind otherwise (R12)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from app.domain.periods.rounds import Kind

_MEASURE_WORDS = {Kind.COLLECTIVE: "个", Kind.INDIVIDUAL: "名"}


class Listed(Protocol):
    """What decides where an entry stands."""

    @property
    def kind(self) -> Kind: ...

    @property
    def recommender(self) -> str | None: ...


ListedT = TypeVar("ListedT", bound=Listed)


@dataclass(frozen=True, slots=True)
class ListGroup(Generic[ListedT]):
    """Entries of one recommending unit, or of one kind where the round shows no recommending unit: `name` is ""."""

    name: str
    entries: Sequence[ListedT]

    @property
    def kind(self) -> Kind:
        """Return the kind of the first entry: of all of them, in a group by kind."""
        return self.entries[0].kind

    @property
    def counts(self) -> dict[Kind, int]:
        counted = Counter(entry.kind for entry in self.entries)
        return {kind: counted[kind] for kind in Kind}


def grouped(entries: Iterable[ListedT], recommenders: Sequence[str]) -> list[ListGroup[ListedT]]:
    """Group entries, which come by position. The units stand in the order of `recommenders`, others after them."""
    found: dict[str, list[ListedT]] = {name: [] for name in recommenders}
    by_kind: dict[Kind, list[ListedT]] = {kind: [] for kind in Kind}
    for entry in entries:
        if entry.recommender:
            found.setdefault(entry.recommender, []).append(entry)
        else:
            by_kind[entry.kind].append(entry)
    named = [ListGroup(name, theirs) for name, theirs in found.items() if theirs]
    return named + [ListGroup("", theirs) for theirs in by_kind.values() if theirs]


def counts_in_words(names: Mapping[Kind, str], counts: Mapping[Kind, int]) -> str:
    """Return 先进集体2个、先进个人3名. A kind of which there is none is left out; 没有 where there is nobody."""
    parts = [f"{names[kind]}{counts[kind]}{_MEASURE_WORDS[kind]}" for kind in Kind if counts.get(kind)]
    return "、".join(parts) or "没有"
