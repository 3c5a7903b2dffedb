"""Which address proves that its reader is the owner of an account that somebody else made or reset (R22)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HeldAddress:
    """What the rule asks of an address of a person.

    `confirmed_by_owner`: it was confirmed while the account was its owner's, and not changed since. `entered_for` is
    who stands behind the account of the office by which it was entered, None where no office did. `of_others`: a unit
    uses it, or another person.
    """

    in_use: bool
    of_others: bool
    confirmed_by_owner: bool
    entered_for: int | None


def proves_owner(address: HeldAddress, behind: Collection[int]) -> bool:
    """Return whether a code to this address tells the owner from `behind`, those who may have given out the account.

    What they could have entered or could read is not enough: an address that was set or confirmed after the account
    was given out, one that one of them entered for the office, one that a unit shares.
    """
    if not address.in_use or address.of_others:
        return False
    return address.confirmed_by_owner or address.entered_for not in (None, *behind)
