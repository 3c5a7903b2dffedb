"""What the rules say of a nominee whatever the time, in a few marks that tell nothing personal. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass

from app.domain.nominees.annexes import Rank
from app.domain.nominees.eligibility import Check, CheckOutcome
from app.domain.periods.rounds import Kind

_BETWEEN, _OLDER = ",", "-"
PRELIMINARY, FINAL = "preliminary", "final"  # as `ReviewStage` stores them


@dataclass(frozen=True, slots=True)
class Marks:
    """What a nominee's name, rank, dossier, conditions, opinions and reviews come to.

    `failed`: a condition is not met. `to_confirm`: one still waits for a person. `unanswered`: an authority whose
    opinion is needed has not answered. `objected`: one has a negative opinion. `preliminary` and `final`: what the
    review that counts says, None without one.
    """

    failed: bool
    to_confirm: bool
    unanswered: bool
    objected: bool
    preliminary: bool | None
    final: bool | None


def marks_of(
    checks: Iterable[Check], needed: frozenset[str], negative: Mapping[str, bool], reviews: Mapping[str, bool]
) -> Marks:
    """Return the marks. `negative`: of each authority that answered, whether its opinion is; `reviews`: by stage."""
    outcomes = {check.outcome for check in checks}
    return Marks(
        failed=CheckOutcome.FAILED in outcomes,
        to_confirm=CheckOutcome.TO_CONFIRM in outcomes,
        unanswered=not needed <= negative.keys(),
        objected=any(negative.values()),
        preliminary=reviews.get(PRELIMINARY),
        final=reviews.get(FINAL),
    )


def write_counted_as(kind: Kind, rank: Rank, marks: Marks) -> str:
    """Write what a nominee is counted as, apart from whose it is: kind, rank and marks, `individual none 0110-1`.

    A mark is 1 or 0, `-` for a review that nobody recorded. They stand in the order of `Marks`.
    """
    flags = "".join("-" if flag is None else str(int(flag)) for flag in astuple(marks))
    return f"{kind.value} {rank.value} {flags}"


def read_kind(counted_as: str) -> Kind:
    """Return the kind of a nominee that is counted as this; see `write_counted_as`."""
    return Kind(counted_as.split()[0])


def write_shown(periods: Iterable[tuple[int, bool]]) -> str:
    """Write which periods show a nominee: `12,15-` are 12, with its present deeds, and 15, with older ones (R9)."""
    return _BETWEEN.join(f"{id_}{'' if present else _OLDER}" for id_, present in sorted(periods))


def read_shown(written: str) -> list[tuple[int, bool]]:
    """Return the periods that show a nominee, each with whether it shows the present deeds; see `write_shown`."""
    each = written.split(_BETWEEN) if written else []
    return [(int(period.removesuffix(_OLDER)), not period.endswith(_OLDER)) for period in each]
