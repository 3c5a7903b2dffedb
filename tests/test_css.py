"""The stylesheets keep to docs/design.md: scale, colours and their contrast, two kinds of box, old engines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from app.database import ROOT

SHEETS = ("base", "public", "staff")
SCHEMES = {  # what holds in each, the later over the earlier: (the media query, the selector)
    "light": [("", ":root")],
    "dark": [("", ":root"), ("screen and (prefers-color-scheme: dark)", ":root")],
    "high": [("", ":root"), ("", ':root[data-contrast="high"]')],
    "high, dark": [
        ("", ":root"),
        ("screen and (prefers-color-scheme: dark)", ":root"),
        ("", ':root[data-contrast="high"]'),
        ("screen and (prefers-color-scheme: dark)", ':root[data-contrast="high"]'),
    ],
}
TEXTS = ("ink", "soft", "red", "wrong", "blue", "green", "amber")
GROUNDS = ("paper", "wash", "red-wash", "wrong-wash", "blue-wash", "green-wash", "amber-wash")
FILLS = [("on-fill", fill) for fill in ("red", "wrong", "blue", "green")] + [("on-band", "band"), ("paper", "ink")]
EDGES = [(edge, ground) for edge in ("edge", "focus") for ground in ("paper", "wash")]
SCALE = ("small", "text", "lead", "h3", "h2", "h1")
STEPS = {"half": 0.5, "step": 1, "two": 2, "three": 3, "four": 4, "six": 6}
# Whatever has an edge on all its sides: the box, what can be filled in or pressed, a day, a mark, the codes of a chart.
EDGED = {
    "box": {".box", ".box.wanted"},
    "control": {"input:not([type=checkbox]):not([type=radio])", "button", ".drop", ".drop ::file-selector-button"},
    "mark": {".day", ".badge", ".step .disc"},
}
# What speaks of a deadline: what is left of a window, the last day, overdue, lapsed.
DEADLINES = {
    ".late",
    ".left",
    ".note.late",
    ".state.lapsed",
    ".warnings .last_morning",
    ".warnings .one_day",
    ".badge.lapsed",
    ".list tr.urgent",
    "tbody tr.urgent th",
    "tbody tr.urgent td",
    ".cases tr.urgent",
    ".gantt .due",
    ".gantt .last",
    ".legend .key.last",
    ".legend .key.due",
}
# What Chromium 80 or iOS 13 do not know, and what its lack does. A rule with it stands alone.
NEW_SELECTORS = {
    ":has(": "fields of units are shown to persons too",
    "::file-selector-button": "the button looks as the system draws it",
    "::marker": "the numbers are not bold",
    ":focus-visible": "the engine draws its own outline",
}
NEW_VALUES = re.compile(r"\b(?:min|max|clamp)\(|\binset:|\baspect-ratio:|\b(?:margin|padding)-(?:inline|block)\b")
NEW_IN_SCRIPTS = {
    "?.": r"\?\.(?!\d)",
    "??": r"\?\?",
    "??=, ||=, &&=": r"(?:\?\?|\|\||&&)=",
    ".replaceAll": r"\.replaceAll\(",
    ".replaceChildren": r"\.replaceChildren\(",
    ".at": r"\.at\(",
    "private fields": r"\bthis\.#",
}


@dataclass(frozen=True)
class Rule:
    """A rule of a stylesheet: the query around it, its selectors, its declarations in order."""

    sheet: str
    media: str
    selectors: tuple[str, ...]
    declarations: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        return f"{self.sheet}.css: {self.media} {', '.join(self.selectors)}"


@cache
def rules() -> tuple[Rule, ...]:
    return tuple(rule for sheet in SHEETS for rule in _rules_of(sheet))


def _rules_of(sheet: str) -> Iterator[Rule]:
    text = (ROOT / f"static/css/{sheet}.css").read_text(encoding="utf-8")
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    for head, body in _blocks(text):
        if head.startswith(("@media", "@supports")):
            yield from (_rule(sheet, head.partition(" ")[2], *block) for block in _blocks(body))
        elif not head.startswith("@page"):
            yield _rule(sheet, "", head, body)


def _rule(sheet: str, media: str, head: str, body: str) -> Rule:
    selectors = re.split(r",\s*(?![^(]*\))", head)
    pairs = [each.partition(":") for each in body.split(";") if each.strip()]
    return Rule(sheet, media, tuple(selectors), tuple((name.strip(), value.strip()) for name, _, value in pairs))


def _blocks(text: str) -> Iterator[tuple[str, str]]:
    start = depth = opened = 0
    for place, sign in enumerate(text):
        if sign == "{":
            opened = place if depth == 0 else opened
            depth += 1
        elif sign == "}":
            depth -= 1
            if depth == 0:
                yield " ".join(text[start:opened].split()), text[opened + 1 : place]
                start = place + 1
    assert depth == 0


def is_scheme(rule: Rule) -> bool:
    return rule.selectors[0].startswith(":root")


def declared(*names: str) -> Iterator[tuple[Rule, str, str]]:
    """Yield every declaration outside the schemes; with `names`, only of these properties and their sides."""
    for rule in rules():
        for name, value in rule.declarations:
            if not is_scheme(rule) and (not names or any(name == one or name.startswith(f"{one}-") for one in names)):
                yield rule, name, value


def properties(scheme: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for media, selector in SCHEMES[scheme]:
        (rule,) = [each for each in rules() if each.media == media and each.selectors == (selector,)]
        found |= {name[2:]: value for name, value in rule.declarations if name.startswith("--")}
    return found


# --- colours -------------------------------------------------------------------------------------------------


def test_no_colour_stands_outside_the_schemes() -> None:
    literal = re.compile(
        r"#[0-9a-f]{3,8}\b|\b(?:rgb|hsl)a?\(|(?<!-)\b(?:white|black|red|blue|grey|gray)\b", re.IGNORECASE
    )
    assert [f"{rule}: {name}: {value}" for rule, name, value in declared() if literal.search(value)] == []


def test_every_property_that_is_used_is_given_and_every_one_given_is_used() -> None:
    used = {name for _, _, value in declared() for name in re.findall(r"var\(--([a-z0-9-]+)\)", value)}
    given = set(properties("light"))
    assert used - given == set()
    assert given - used <= {"text"}  # the size of everything that names none


def test_every_scheme_gives_every_colour() -> None:
    colours = {name for name, value in properties("light").items() if value.startswith("#")} - {"scan"}
    for scheme, parts in SCHEMES.items():
        media, selector = parts[-1]
        (rule,) = [each for each in rules() if each.media == media and each.selectors == (selector,)]
        given = {name[2:] for name, value in rule.declarations if value.startswith("#")} - {"scan"}
        assert given == colours, scheme


def contrast(one: str, other: str) -> float:
    """Return the ratio of two colours (WCAG 2.2, 1.4.3)."""
    bright, dim = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_contrast_is_reckoned_as_wcag_does() -> None:
    assert round(contrast("#000000", "#ffffff"), 2) == 21
    assert round(contrast("#777777", "#ffffff"), 2) == 4.48


@pytest.mark.parametrize(("scheme", "least"), [("light", 4.5), ("dark", 4.5), ("high", 7), ("high, dark", 7)])
def test_every_text_can_be_read_on_every_ground(scheme: str, least: float) -> None:
    colour = properties(scheme)
    pairs = [(text, ground) for text in TEXTS for ground in GROUNDS] + FILLS
    ratios = {f"{text} on {ground}": round(contrast(colour[text], colour[ground]), 2) for text, ground in pairs}
    assert {pair: ratio for pair, ratio in ratios.items() if ratio < least} == {}
    edges = {f"{edge} on {ground}": round(contrast(colour[edge], colour[ground]), 2) for edge, ground in EDGES}
    assert {pair: ratio for pair, ratio in edges.items() if ratio < 3} == {}


def test_red_is_the_deadline_and_nothing_else() -> None:
    red = {one for rule, _, value in declared() if "--red" in value for one in rule.selectors}
    assert red == DEADLINES


# --- type, space, parts --------------------------------------------------------------------------------------


def test_every_text_has_a_size_of_the_scale() -> None:
    sizes = {f"var(--{name})" for name in SCALE} | {"inherit"}
    others = {(*rule.selectors, value) for rule, name, value in declared("font-size") if value not in sizes}
    assert others == {
        ("html", "112.5%"),
        ('html[data-text="large"]', "168.75%"),
        ("html", 'html[data-text="large"]', "11pt"),
    }


def test_nothing_is_smaller_than_16_px_and_large_is_half_as_large_again() -> None:
    root = 16 * 1.125
    pixels = {name: round(float(properties("light")[name].removesuffix("rem")) * root) for name in SCALE}
    assert pixels == {"small": 16, "text": 18, "lead": 20, "h3": 20, "h2": 24, "h1": 30}
    assert 168.75 / 112.5 == 1.5
    steps = {name: round(float(properties("light")[name].removesuffix("rem")) * root) for name in (*STEPS, "press")}
    assert steps == {name: round(8 * times) for name, times in STEPS.items()} | {"press": 45}


def test_the_page_on_design_names_the_sizes_the_steps_and_the_boxes_as_they_are() -> None:
    page = (ROOT / "docs/design.md").read_text(encoding="utf-8")
    pixels = {name: float(properties("light")[name].removesuffix("rem")) * 18 for name in (*SCALE, *STEPS)}
    for name in SCALE:
        assert f"| `--{name}` | {pixels[name]:.0f} | {round(pixels[name]) * 1.5:.0f} |" in page
    for name in STEPS:
        assert f"`--{name}` {pixels[name]:.0f}" in page
    for kind in (".box", ".note"):
        (rule,) = [each for each in rules() if each.selectors[0] == kind and not each.media]
        names = {re.sub(r"[\[: ].*", "", one).lstrip(".") for one in rule.selectors} - {
            "contact",
            "said",
            "warnings",
            "before",
            "after",
        }
        assert {name for name in names if f"`{name}`" not in page} == set()
    for name in re.findall(r"`--([a-z0-9-]+)`", page):
        assert name in properties("light"), name


def test_every_distance_is_a_multiple_of_the_step() -> None:
    step = r"(?:0|auto|-?var\(--(?:half|step|two|three|four|six)\)|calc\((?:[^()]|\([^()]*\))*\)|15mm|clamp\(.*\))"
    whole = re.compile(rf"{step}(?: {step})*")
    others = [
        f"{rule}: {name}: {value}"
        for rule, name, value in declared("margin", "padding", "gap", "column-gap")
        if not whole.fullmatch(value)
    ]
    assert others == []


def test_there_is_one_corner() -> None:
    assert {value for _, _, value in declared("border-radius")} == {"var(--corner)", "0"}


def test_there_are_two_kinds_of_box() -> None:
    edged = {
        rule.selectors[0] for rule, name, value in declared("border") if name == "border" and value[0] in "123456789"
    }
    extra = {".legend .key", ".step.under_way .disc"}  # of forced colours
    assert edged - extra == set().union(*EDGED.values())
    bars = {
        one
        for rule, name, value in declared("border-left")
        if name == "border-left" and value.startswith("var(--half)")
        for one in rule.selectors
        if not one.endswith(".wrong")
    }
    (note,) = [rule for rule in rules() if rule.selectors[0] == ".note"]
    assert bars == set(note.selectors)


# --- old engines ---------------------------------------------------------------------------------------------


def test_parts_apart_by_gap_are_apart_by_margins_where_gap_is_unknown() -> None:
    kept: dict[str, set[str]] = {}
    for rule in rules():
        if rule.media == "not (inset: 0)":
            kept.setdefault(rule.sheet, set()).update(one.removesuffix(" > *") for one in rule.selectors)
    for sheet in SHEETS:
        mine = [rule for rule in rules() if rule.sheet == sheet]
        flex = {one for rule in mine if ("display", "flex") in rule.declarations for one in rule.selectors}
        gaps = {
            one
            for rule in mine
            for name, _ in rule.declarations
            if name in ("gap", "column-gap")
            for one in rule.selectors
        }
        assert (flex & gaps) - kept.get(sheet, set()) == set(), f"{sheet}.css: no margins instead of these gaps"


def test_a_selector_that_old_engines_do_not_know_takes_no_other_rule_with_it() -> None:
    for rule in rules():
        for new in NEW_SELECTORS:
            told = [new in one for one in rule.selectors]
            assert not any(told) or all(told), rule
        assert not any(re.search(r":not\([^()]*,", one) for one in rule.selectors), f"{rule}: a list in :not()"


def test_a_value_that_old_engines_do_not_know_has_one_before_it_that_they_do() -> None:
    for rule in rules():
        if rule.media == "not (inset: 0)":
            continue
        for place, (name, value) in enumerate(rule.declarations):
            if NEW_VALUES.search(f"{name}: {value}".replace("minmax(", "")):
                assert name in [before for before, _ in rule.declarations[:place]], f"{rule}: {name}: {value}"
            if name == "clip-path":
                assert ("clip", "rect(0, 0, 0, 0)") in rule.declarations, rule


@pytest.mark.parametrize("script", sorted((ROOT / "static/js").glob("*.js")), ids=lambda path: path.name)
def test_scripts_use_only_what_old_engines_can_parse(script: Path) -> None:
    text = re.sub(r"^\s*//.*$|\s// .*$", "", script.read_text(encoding="utf-8"), flags=re.MULTILINE)
    text = re.sub(r'"(?:[^"\\\n]|\\.)*"', '""', text)
    assert [name for name, pattern in NEW_IN_SCRIPTS.items() if re.search(pattern, text)] == []
