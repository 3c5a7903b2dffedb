"""Pages rendered once and served from memory, never past their validity: caches, encodings, headers (R5)."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from flask import Flask

from app.services.periods import publication
from app.web.shared import page_cache
from tests.web.browsing import Browser, MovingClock
from tests.world import World, at


def only_from_memory(app: Flask) -> None:
    """Make Flask fail, so that only pages from memory are answered."""

    def refuse(_environ: Any, _start: Any) -> Iterable[bytes]:
        raise AssertionError("this page was to come from memory")

    app.extensions["hot_pages"].application = refuse


# --- never past its moment -----------------------------------------------------------------------


def test_a_page_kept_in_the_last_second_is_not_served_at_the_end(
    world: World, client: Browser, clock: MovingClock
) -> None:
    period = world.round_two()
    paths = [f"/periods/{period}{query}" for query in ("", "?kind=individual", "?name=麒", "/nominees/1")]
    clock.to("2026-09-23 Wed 23:59:59")
    tags = {}
    for path in paths:
        assert re.search(r"麒小3|第1中队", client.get(path).text)
        tags[path] = client.get(path).headers["ETag"]  # the second time from memory
    clock.to("2026-09-24 Thu 00:00")
    for path in paths:
        after = client.get(path, if_none_match=tags[path])  # whoever kept a copy is not told that it still holds
        assert after.status == 200
        assert not re.search(r"麒小|第1中队|第1位", after.source)
        assert after.headers["ETag"] != tags[path]


def test_a_page_before_the_opening_gives_way_at_its_first_second(
    world: World, client: Browser, clock: MovingClock
) -> None:
    period = world.round_two()
    for path, appears in ((f"/periods/{period}", "麒小3"), ("/", "还有5个工作日")):
        clock.to("2026-09-17 Thu 23:59:59.900")
        assert appears not in client.get(path).text
        clock.to("2026-09-18 Fri 00:00")
        assert appears in client.get(path).text


# When, and how many seconds a copy may live: one less than are left, since caches count in whole ones.
LIVES = (
    ("2026-09-17 Thu 12:00", 60),
    ("2026-09-17 Thu 23:59:15", 44),  # opens at midnight
    ("2026-09-17 Thu 23:59:59.500", 0),
    ("2026-09-18 Fri 00:00", 60),
    ("2026-09-19 Sat 23:59:30", 29),  # "today" moves on at midnight
    ("2026-09-23 Wed 23:59:00", 59),
    ("2026-09-23 Wed 23:59:01", 58),
    ("2026-09-23 Wed 23:59:58", 1),
    ("2026-09-23 Wed 23:59:59.999", 0),
    ("2026-09-24 Thu 00:00", 60),
    ("2026-09-29 Tue 23:59:50", 9),  # the deadline
)


def test_no_copy_may_outlive_the_moment_at_which_the_page_would_read_otherwise(
    world: World, client: Browser, clock: MovingClock
) -> None:
    period = world.round_two()
    for moment, seconds in LIVES:
        clock.to(moment)
        for path in (f"/periods/{period}", f"/periods/{period}?name=麒", f"/periods/{period}/nominees/1", "/"):
            for _cold_and_hot in range(2):
                page = client.get(path)
                assert page.headers["Cache-Control"] == f"public, max-age={seconds}, must-revalidate", (moment, path)


def test_what_is_the_visitors_own_is_kept_by_nobody(world: World, client: Browser) -> None:
    here = f"/periods/{world.round_two()}/nominees/{world.nominees[0]}/objection"
    for path in (here, "/receipt", "/login", "/nowhere", "/privacy"):
        assert client.get(path).headers["Cache-Control"] == "no-store", path
    assert client.post(here, {"step": "check"}).headers["Cache-Control"] == "no-store"


# --- from memory ---------------------------------------------------------------------------------


def test_a_page_comes_from_memory_for_ten_seconds_and_is_then_made_anew(
    world: World, client: Browser, clock: MovingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"/periods/{world.round_two()}"
    made: list[str] = []
    entry_list = publication.entry_list
    monkeypatch.setattr(publication, "entry_list", lambda *args: made.append(path) or entry_list(*args))
    first = client.get(path)
    assert client.get(path).source == first.source
    clock.forward(seconds=9.9)
    client.get(path)
    assert len(made) == 1
    clock.forward(seconds=0.1)
    again = client.get(path)
    assert (len(made), again.headers["ETag"]) == (2, first.headers["ETag"])  # it reads the same: the tag holds
    client.get(f"{path}?name=麒")
    client.get(f"{path}?name=麒")
    assert len(made) == 4  # free text would fill the memory: never kept


def test_hot_cold_and_every_encoding_say_the_same(world: World, app: Flask, client: Browser) -> None:
    path = f"/periods/{world.round_two()}"
    cold = client.open(path)
    only_from_memory(app)
    hot = client.open(path)
    assert hot.data == cold.data
    assert dict(hot.headers) == dict(cold.headers)
    assert hot.headers["Vary"] == "Accept-Encoding, Cookie"
    packed = client.open(path, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["Vary"] == "Accept-Encoding, Cookie"
    assert int(packed.headers["Content-Length"]) == len(packed.data) < len(cold.data)
    assert gzip.decompress(packed.data) == cold.data
    assert packed.headers["ETag"] != hot.headers["ETag"]  # one a representation
    for accepted, given in (
        ("gzip, deflate, br, zstd", "gzip"),
        ("gzip", "gzip"),
        ("GZip;Q=1.000", "gzip"),
        ("br;q=0, gzip ; q=0.001", "gzip"),
        ("identity;q=0, gzip;q=0.5", "gzip"),
        ("gzip;q=0.5, identity;q=0.5", "gzip"),
        ("*", "gzip"),
        ("br, *;q=0.1", "gzip"),
        ("identity", None),
        ("", None),
        ("br", None),
        ("br;q=0", None),
        ("deflate", None),
        ("gzip;q=0", None),
        ("gzip;q=0.000, *", None),
        ("*;q=0", None),
        ("identity, gzip;q=0.5", None),
        ("gzip;q=gladly", None),
        ("notgzip", None),
    ):
        answer = client.open(path, headers={"Accept-Encoding": accepted})
        assert answer.headers.get("Content-Encoding") == given, accepted
        assert answer.headers["ETag"] == (packed if given else hot).headers["ETag"], accepted


def test_a_copy_that_still_holds_is_confirmed_without_its_body(world: World, client: Browser) -> None:
    path = f"/periods/{world.round_two()}"
    whole = client.get(path)
    for tag in (whole.headers["ETag"], f"W/{whole.headers['ETag']}", f'"other", {whole.headers["ETag"]}'):
        for _ in range(2):
            same = client.get(path, if_none_match=tag)
            assert (same.status, same.source) == (304, "")
            assert same.headers["ETag"] == whole.headers["ETag"]
            assert same.headers["Cache-Control"] == whole.headers["Cache-Control"]
    assert client.get(path, if_none_match='"other"').status == 200


def test_head_has_the_headers_and_no_body(world: World, client: Browser) -> None:
    period = world.round_two()
    for path in (f"/periods/{period}", "/", f"/periods/{period}/nominees/1", f"/periods/{period}?name=x"):
        for _cold_and_hot in range(2):
            head = client.head(path)
            assert (head.status, head.source) == (200, ""), path
            assert head.headers["Content-Length"] == client.get(path).headers["Content-Length"], path
        assert client.head("/nowhere").status == 404


# --- headers -------------------------------------------------------------------------------------


def test_no_page_with_names_is_for_search_engines(world: World, client: Browser) -> None:
    period = world.round_two()
    for path in (f"/periods/{period}", f"/periods/{period}/nominees/1", "/receipt", "/search?q=x", "/nowhere"):
        page = client.get(path)
        assert page.headers["X-Robots-Tag"] == "noindex, noarchive"
        assert '<meta name="robots" content="noindex, noarchive">' in page.source


# --- what strangers ask for ----------------------------------------------------------------------


def odd_addresses(path: str, count: int) -> Iterator[str]:
    """Addresses that nobody links to, all of which show one page."""
    for number in range(count):
        yield f"{path}?utm_source={number}"
        yield f"{path}?kind={number}&deeds=x{number}&page=1"
        yield f"{path}?page={'0' * (number % 6)}1&_={number}"
        yield f"{path}?kind=individual&kind={number}"
        yield f"{path}?{'&'.join(f'a{number}{each}=1' for each in range(30))}"
        yield f"{path}?unit=%E2%80%8B{number}"


def test_security_54_odd_addresses_take_no_memory_and_evict_no_page(
    world: World, client: Browser, clock: MovingClock, app: Flask
) -> None:
    period = world.round_two()
    clock.to("2026-09-18 Fri 10:00")
    real = [
        "/",
        f"/periods/{period}",
        f"/periods/{period}/nominees/1",
        f"/periods/{period}?kind=individual",
        "/genuine",
    ]
    for path in real:
        assert client.get(path).status == 200
    pages = app.extensions["hot_pages"]
    keys, taken = set(pages.keys), pages.taken
    for path in ("/", f"/periods/{period}", f"/periods/{period}/nominees/1", "/genuine", "/decisions/"):
        for address in odd_addresses(path, 20):
            assert client.get(address).status in (200, 404)
    for zeros in range(1, 40):
        client.get(f"/periods/{'0' * zeros}{period}")
        client.get(f"/periods/{period}/nominees/{'0' * zeros}1")
    assert set(pages.keys) - keys <= {":/decisions/?"}
    assert pages.taken < taken + 100_000
    only_from_memory(app)
    for path in (*real, f"/periods/{period}?utm_source=x", f"/periods/{period}?page=1&kind=individual&b=2"):
        assert client.get(path).status == 200


def test_security_54_a_million_keys_cost_no_more_than_their_bound() -> None:
    shelf = page_cache.Shelf(100_000)
    page = page_cache.Page(at("2026-09-18 Fri 10:00"), at("2026-09-18 Fri 10:00"), "x", {"": b"x"}, (), "")
    for number in range(20_000):
        shelf.put(f"/{number}" * 50, page)
        assert shelf.taken <= 100_000
    assert shelf.taken == sum(page.size + len(key) for key in shelf.pages)
    assert len(shelf.pages) < 100


def test_security_54_filtered_pages_evict_no_page_without_arguments(
    world: World, client: Browser, clock: MovingClock, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    period = world.round_two()
    clock.to("2026-09-18 Fri 10:00")
    pages = app.extensions["hot_pages"]
    monkeypatch.setattr(pages._filtered, "most", 1)
    client.get(f"/periods/{period}")
    client.get(f"/periods/{period}?kind=individual")
    assert pages.keys == [f":/periods/{period}?"]


@pytest.mark.parametrize(
    ("path", "query", "known"),
    [
        ("/periods/3", "b=1&page=2&kind=individual", "kind=individual&page=2"),
        ("/periods/3", "page=0002&page=3", "page=2"),
        ("/periods/3", "unit=%E9%BA%92&name=a+b", "unit=%E9%BA%92&name=a+b"),
        ("/periods/3/nominees/1", "page=2", ""),
        ("/search", "q=1&b=2", None),
        ("/desk/", "q=1", None),
    ],
)
def test_an_address_has_one_way_to_be_written(path: str, query: str, known: str | None) -> None:
    assert page_cache.known_arguments(path, query) == known
