"""Composes a nominee's deeds: a lead, one or two acts, sometimes a closing, with the slots filled in."""

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from app.demo.texts import read_texts
from app.demo.words import STEMS

_SLOT = re.compile(r"\{(?:(\d+)-(\d+)|(\w+))\}")
_PLACES = {"village": "村", "estate": "小区", "road": "路"}


class Team(NamedTuple):
    """A collective. `name` is appended to the workplace's name; '' stands for the whole workplace."""

    name: str
    lead: str


class Post(NamedTuple):
    """The post of an individual, in the setting's workplace or with a workplace and trade of its own."""

    post: str
    status: str
    lead: str
    workplace: str = ""
    trade: str = ""


@dataclass(frozen=True, slots=True)
class Setting:
    """A kind of workplace and what is done there. app/data/demo/README.md explains the slots in braces."""

    field: str
    county: str
    head: str
    city: str  # '' where no workplace of this kind exists at city level
    city_head: str
    category: str
    trade: str
    teams: tuple[Team, ...]
    people: tuple[Post, ...]
    acts: tuple[str, ...]  # sentences without a subject, so that they fit a team and a person


def _setting(field: str, given: Mapping[str, Any]) -> Setting:
    lists = {
        "teams": tuple(Team(**each) for each in given["teams"]),
        "people": tuple(Post(**each) for each in given["people"]),
        "acts": tuple(given["acts"]),
    }
    return Setting(**{"field": field, **given, **lists})


SETTINGS = tuple(
    _setting(texts["field"], given)
    for texts in map(read_texts, ("deeds-safety", "deeds-law", "deeds-ecology", "deeds-services"))
    for given in texts["settings"]
)
_ANY = read_texts("deeds")
TEAM_CLOSINGS, PERSON_CLOSINGS = tuple(_ANY["team_closings"]), tuple(_ANY["person_closings"])
STAFF_CLOSINGS = (*PERSON_CLOSINGS, *_ANY["staff_closings"])  # for individuals with an employer
OWN_ACTS, JOINING = tuple(_ANY["own_acts"]), tuple(_ANY["joining"])


def fill(text: str, rng: random.Random) -> str:
    """Fill the slots: `{40-90}` with a number, `{village}`, `{estate}` and `{road}` with an invented place."""

    def one(slot: re.Match[str]) -> str:
        low, high, place = slot.groups()
        return rng.choice(STEMS) + _PLACES[place] if place else str(rng.randint(int(low), int(high)))

    return _SLOT.sub(one, text)


def compose(first: str, act: Callable[[], str], closings: tuple[str, ...], rng: random.Random) -> str:
    """Compose two or three paragraphs, sometimes a list. `first` is the filled lead; `act` returns the next act."""
    shape = rng.choice(("one", "one", "two", "long", "long", "list"))
    parts = [first]
    acts = [fill(act(), rng) for _ in range(1 if shape == "one" else 2)]
    parts.append("\n".join(f"- {each}" for each in acts) if shape == "list" else "".join(acts))
    if shape in ("one", "long"):
        parts.append(fill(rng.choice(closings), rng))
    return "\n\n".join(parts)
