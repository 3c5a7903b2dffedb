"""Which addresses tell the owner of an account from whoever gave it out (R22)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.domain.accounts.proving import HeldAddress, proves_owner

HEAD, OFFICE = 2, 7
OWN = HeldAddress(in_use=True, of_others=False, confirmed_by_owner=True, entered_for=None)
ENTERED = replace(OWN, confirmed_by_owner=False, entered_for=OFFICE)


@pytest.mark.parametrize(
    ("address", "behind", "proves"),
    [
        (OWN, HEAD, True),
        (ENTERED, HEAD, True),
        (ENTERED, OFFICE, False),  # entered by the person who gave out the account
        (replace(OWN, confirmed_by_owner=False), HEAD, False),  # set or confirmed after it was given out
        (replace(OWN, of_others=True), HEAD, False),
        (replace(ENTERED, of_others=True), HEAD, False),
        (replace(OWN, in_use=False), HEAD, False),
        (replace(ENTERED, in_use=False), HEAD, False),
        (replace(OWN, entered_for=HEAD), HEAD, True),  # the owner confirmed it when the account was the owner's
    ],
)
def test_what_proves_the_owner(address: HeldAddress, behind: int, proves: bool) -> None:
    assert proves_owner(address, {behind}) is proves


def test_an_address_that_any_of_those_behind_the_account_entered_proves_nothing() -> None:
    assert not proves_owner(ENTERED, {HEAD, OFFICE})
    assert proves_owner(ENTERED, {HEAD, OFFICE + 1})
