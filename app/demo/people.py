"""Made-up nominees for every place of the quota table, the same for the same seed.

No real person is named: names come from lists, workplaces from invented stems. The whole programme is built at once,
because names must differ across units, and because neighbours in the list must not have similar texts.
"""

import csv
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from app.demo.deeds import (
    JOINING,
    OWN_ACTS,
    PERSON_CLOSINGS,
    SETTINGS,
    STAFF_CLOSINGS,
    TEAM_CLOSINGS,
    Setting,
    compose,
    fill,
)
from app.demo.words import (
    AGENCY,
    CIVIL,
    EXPERT,
    FARMER,
    GIVEN,
    INSTITUTION,
    RETIRED,
    SELF_EMPLOYED,
    STEMS,
    STOP_NAMES,
    SURNAMES,
)

T = TypeVar("T")

CITY = "曲靖市"
URBAN = frozenset({"麒麟区", "曲靖经开区"})  # their townships are all 街道
_QUOTAS = Path(__file__).resolve().parent.parent / "data" / "quotas.csv"


@dataclass(frozen=True, slots=True)
class DemoQuota:
    """One row of the notice's annex 1. `field` is empty for counties."""

    group: str
    recommender: str
    field: str
    collectives: int
    individuals: int


@dataclass(frozen=True, slots=True)
class DemoNominee:
    """A made-up nominee; `category` is 单位类型 of a collective, 人员身份 of an individual."""

    kind: str  # 'collective' | 'individual'
    name: str
    workplace: str
    post: str  # '' for collectives
    category: str
    trade: str
    deeds: str


@lru_cache(maxsize=1)
def quotas() -> tuple[DemoQuota, ...]:
    """Return the rows of the quota table, in the notice's order."""
    with _QUOTAS.open(encoding="utf-8", newline="") as file:
        return tuple(
            DemoQuota(row["group"], row["recommender"], row["field"], int(row["collectives"]), int(row["individuals"]))
            for row in csv.DictReader(file)
        )


def nominees(quota: DemoQuota, seed: int) -> tuple[DemoNominee, ...]:
    """Everyone `quota` recommends, collectives first. ValueError if the row isn't one of `quotas()`."""
    programme = _programme(seed)
    if quota not in programme:
        raise ValueError(f"not a row of the quota table: {quota}")
    return programme[quota]


def _deal(items: Sequence[T], rng: random.Random) -> Iterator[T]:
    """Yield the items in a shuffled order, again and again: no item returns before all others came."""
    deck = list(items)
    rng.shuffle(deck)
    while True:
        yield from deck


class _Dealer:
    """Chooses settings, leads and acts. One instance serves a whole programme."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.names = iter(rng.sample(_full_names(), sum(quota.individuals for quota in quotas())))
        self.teams = {setting: _deal(setting.teams, rng) for setting in SETTINGS}
        self.people = {setting: _deal(setting.people, rng) for setting in SETTINGS}
        self.acts = {setting: _deal(setting.acts, rng) for setting in SETTINGS}
        self.leads: set[str] = set()
        self.own_acts = _deal(OWN_ACTS, rng)
        self.county = _deal(SETTINGS, rng)

    def settings(self, quota: DemoQuota) -> Iterator[Setting]:
        if not quota.field:
            return self.county
        return _deal([each for each in SETTINGS if each.field == quota.field and each.city], self.rng)

    def lead(self, text: str) -> str:
        """Fill in a lead so that no two nominees begin alike.

        A lead that was used already gets other numbers. Raises ValueError where the lead has too few slots.
        """
        for _ in range(100):
            filled = fill(text, self.rng)
            if filled not in self.leads:
                self.leads.add(filled)
                return filled
        raise ValueError(f"too few slots: {text}")

    def shared(self, setting: Setting) -> Iterator[str]:
        """Return two acts for a person who isn't in charge: one of the workplace, and one of their own."""
        while True:
            yield self.rng.choice(JOINING) + next(self.acts[setting])
            yield next(self.own_acts)


@lru_cache(maxsize=8)
def _programme(seed: int) -> dict[DemoQuota, tuple[DemoNominee, ...]]:
    dealer = _Dealer(random.Random(f"gongshi {seed}"))  # noqa: S311 - made-up content, not a secret
    return {quota: tuple(_unit(quota, dealer)) for quota in quotas()}


def _unit(quota: DemoQuota, dealer: _Dealer) -> Iterator[DemoNominee]:
    stems = iter(dealer.rng.sample(STEMS, quota.collectives + quota.individuals))
    settings = dealer.settings(quota)
    for _ in range(quota.collectives):
        yield _collective(quota, next(settings), next(stems), dealer)
    ranked = False
    for _ in range(quota.individuals):
        setting = next(settings)
        person = _individual(quota, setting, next(stems), dealer, may_rank=not ranked)
        ranked = ranked or "处级" in person.post
        yield person


def _collective(quota: DemoQuota, setting: Setting, stem: str, dealer: _Dealer) -> DemoNominee:
    team, lead = next(dealer.teams[setting])
    workplace = _place(setting.city if quota.field else setting.county, quota, stem, dealer.rng)
    text = compose(dealer.lead(lead), dealer.acts[setting].__next__, TEAM_CLOSINGS, dealer.rng)
    return DemoNominee("collective", workplace + team, workplace, "", setting.category, setting.trade, text)


def _individual(quota: DemoQuota, setting: Setting, stem: str, dealer: _Dealer, *, may_rank: bool) -> DemoNominee:
    leads = dealer.people[setting]
    post, status, lead, own, trade = next(each for each in leads if not each.workplace or not quota.field)
    pattern = own or (setting.city if quota.field else setting.county)
    head = setting.city_head if quota.field else setting.head
    # R10: a county-level post (县处级) only in the city's own institutions, and at most one per unit.
    if may_rank and quota.field and setting.category in (AGENCY, INSTITUTION) and status in (CIVIL, EXPERT):
        head += "（副处级）"
    closings: tuple[str, ...] = PERSON_CLOSINGS
    if own or status in (FARMER, SELF_EMPLOYED, RETIRED):
        acts = dealer.own_acts
    else:
        acts = dealer.acts[setting] if "{head}" in post else dealer.shared(setting)
        closings = STAFF_CLOSINGS
    text = compose(dealer.lead(lead), acts.__next__, closings, dealer.rng)
    workplace = _place(pattern, quota, stem, dealer.rng)
    post, trade = post.format(head=head), trade or setting.trade
    return DemoNominee("individual", next(dealer.names), workplace, post, status, trade, text)


def _place(pattern: str, quota: DemoQuota, stem: str, rng: random.Random) -> str:
    place = CITY if quota.field else quota.recommender
    township = "街道" if place in URBAN else rng.choice(("镇", "镇", "乡", "街道"))
    return pattern.format(p=place, s=stem, t=township, k=rng.choice(("小学", "中学")))


@lru_cache(maxsize=1)
def _full_names() -> tuple[str, ...]:
    given = [a + b for first, second in GIVEN for a in first for b in second if a != b]
    names = dict.fromkeys(surname + each for surname in SURNAMES for each in given)
    return tuple(name for name in names if name not in STOP_NAMES)
