"""The second factor: a secret is shown once, confirmed by a code of it, and kept sealed (SECURITY 15, 22)."""

from __future__ import annotations

import pyotp
import pytest
from sqlalchemy import select

from app.domain.refusals import WrongCode
from app.models import SecondFactor
from app.sealing import Keyring, SealBroken
from app.services.accounts import logins, second_factor
from app.services.upkeep import keys
from tests.services.accounts.logging_in import NOW, ON_SQLITE, code, enters, half
from tests.web.browsing import MovingClock
from tests.world import SECRET, World

pytestmark = pytest.mark.usefixtures("passwords_for_all")


def test_a_new_telephone_counts_once_it_is_confirmed_and_the_old_one_until_then(
    world: World, keyring: Keyring, clock: MovingClock
) -> None:
    office = world.people["office"]
    world.run(second_factor.propose, office, now=clock())
    secret = world.do(second_factor.proposed, keyring, office, clock())
    assert secret is not None
    assert secret != SECRET
    assert enters(world, keyring, clock, code(clock)) == "in"
    for typed in (code(clock), "", "000000"):
        with pytest.raises(WrongCode):
            world.run(second_factor.confirm, office, typed, now=clock())
    clock.forward(minutes=5)
    new = pyotp.TOTP(secret)
    assert len(world.run(second_factor.confirm, office, new.at(clock()), now=clock())) == 10
    assert world.do(second_factor.proposed, keyring, office, clock()) is None
    clock.forward(seconds=60)
    with pytest.raises(WrongCode):
        world.do(second_factor.take, keyring, office, code(clock), clock())
    assert world.do(second_factor.take, keyring, office, new.at(clock()), clock()) == "code"


@ON_SQLITE
def test_security_22_the_code_that_confirmed_opens_nothing_more(
    world: World, keyring: Keyring, clock: MovingClock
) -> None:
    handler = world.people["handler"]
    world.run(second_factor.propose, handler, now=clock())
    secret = world.do(second_factor.proposed, keyring, handler, clock())
    confirming = pyotp.TOTP(str(secret)).at(clock())
    world.run(second_factor.confirm, handler, confirming, now=clock())
    assert enters(world, keyring, clock, confirming, "handler") == "WrongCode"


@ON_SQLITE
def test_a_secret_that_was_shown_too_long_ago_is_no_longer_to_be_had(
    world: World, keyring: Keyring, clock: MovingClock
) -> None:
    handler = world.people["handler"]
    world.run(second_factor.propose, handler, now=clock())
    secret = str(world.do(second_factor.proposed, keyring, handler, clock()))
    clock.forward(minutes=15)
    assert world.do(second_factor.proposed, keyring, handler, clock()) is None
    with pytest.raises(WrongCode):
        world.run(second_factor.confirm, handler, pyotp.TOTP(secret).at(clock()), now=clock())


@ON_SQLITE
def test_a_secret_is_sealed_for_its_account(world: World, keyring: Keyring, clock: MovingClock) -> None:
    kept = " ".join(world.everything()["second_factors"])
    assert SECRET not in kept
    with world.database.writer() as session:
        factors = session.scalars(select(SecondFactor).order_by(SecondFactor.user_id)).all()
        factors[0].sealed_secret = factors[1].sealed_secret
        session.commit()
    with pytest.raises(SealBroken):
        world.run(logins.check_code, half(world), code(clock), None, now=clock())


@ON_SQLITE
def test_security_15_the_codes_go_on_under_a_new_key(world: World, clock: MovingClock) -> None:
    codes = world.run(second_factor.renew_recovery_codes, world.people["office"], now=NOW)
    new = Keyring("a new key, thirty-two bytes long!", [world.key.decode()])
    world.run(keys.rotate, now=NOW, keyring=new)
    assert enters(world, new, clock, code(clock)) == "in"
    assert enters(world, new, clock, codes[0]) == "in"  # a hash can't be made anew: the retired key still finds it
    with pytest.raises(SealBroken):
        world.run(logins.check_code, half(world), code(clock, 1), None, now=clock())
