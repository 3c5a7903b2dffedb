"""Every route of the portal, found by itself, under inputs that no browser sends (SECURITY 36)."""

from __future__ import annotations

import secrets
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from werkzeug.routing import Rule

from tests.fuzz.target import Target
from tests.fuzz.values import Attack, asked, sent
from tests.web.walking import rules

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
_SHARES = {"GET": 1, "POST": 3}
_LONG = 1000  # from here on the figures of each route are worth a line
_BIG = Attack(body=b"text=" + b"x" * 10_000_000)


@pytest.mark.soak
def test_security_36_no_input_breaks_a_page_says_what_is_inside_or_is_stored_half(
    target: Target, pytestconfig: pytest.Config, record_property: Callable[[str, object], None]
) -> None:
    inputs, start = pytestconfig.getoption("--fuzz-inputs"), pytestconfig.getoption("--fuzz-seed")
    start = secrets.randbelow(2**32) if start < 0 else start
    routes = [(method, rule) for method in _SHARES for rule in rules(target.app, method)]
    shares = sum(_SHARES[method] for method, _ in routes)
    wrong: list[str] = []
    for method, rule in routes:
        try:
            storm(target, method, rule, -(-inputs * _SHARES[method] // shares), start)
        except AssertionError as found:  # go on: one run names everything
            wrong.append(str(found))
    record_property("figure", f"fuzz: {target.fired.total()} inputs, --fuzz-seed {start}")
    for route, fired in sorted(target.fired.items()) if inputs >= _LONG else ():
        record_property("figure", f"fuzz: {fired:6} {route} ({target.taken[route]} of them changed something)")
    assert wrong == []
    assert set(target.fired) == {f"{method} {rule.rule}" for method, rule in routes}
    assert target.fired.total() >= inputs
    assert target.taken.total() > 0  # or nothing ever came as far as the rules


def storm(target: Target, method: str, rule: Rule, inputs: int, start: int) -> None:
    """So many inputs on one route, by whoever may call it, at addresses that exist and at some that do not."""
    attacks = sent(target.fields(rule)) if method == "POST" else asked(target.queries())
    people, places = target.people(rule), target.places(rule)

    @seed(start)
    @settings(
        max_examples=inputs,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.shrink),
        report_multiple_bugs=False,
    )
    @given(st.sampled_from(people), st.sampled_from(places), attacks)
    def under_fire(login: str | None, place: str, attack: Attack) -> None:
        target.fire(method, rule, login, place, attack)

    under_fire()
    if method == "POST":
        taken = target.taken.total()
        target.fire(method, rule, people[0], places[0], _BIG)
        assert target.taken.total() == taken, "ten megabytes were taken"
