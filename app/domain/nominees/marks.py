"""What the rules say of a nominee whatever the time, in a few marks that tell nothing personal. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.domain.nominees.eligibility import Check, CheckOutcome

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
