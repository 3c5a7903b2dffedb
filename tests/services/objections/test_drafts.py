"""Drafts of the public forms: found by secret and handle together, sealed, gone after an hour (R17)."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.models import Draft
from app.services.objections import drafts
from tests.world import World, at

KEPT = "2026-09-18 Fri 09:00"
BROWSER, HANDLE = "a secret of one browser", "handle-of-one-page"
TYPED = {"name": "赵小禾", "facts": "一段事实"}


@pytest.fixture
def kept(world: World) -> World:
    assert world.run(drafts.keep, BROWSER, HANDLE, TYPED, now=at(KEPT), keyring=world.keyring)
    return world


@pytest.mark.parametrize(
    ("browser", "handle", "now", "found"),
    [
        (BROWSER, HANDLE, "2026-09-18 Fri 09:59", True),
        (BROWSER, HANDLE, "2026-09-18 Fri 10:00", False),  # an hour later it is gone
        ("another browser", HANDLE, KEPT, False),  # the address alone shows nothing
        (BROWSER, "another page", KEPT, False),
    ],
)
def test_a_draft_is_found_by_its_browser_at_its_address_for_an_hour(
    kept: World, browser: str, handle: str, now: str, found: bool
) -> None:
    with kept.database.reader() as session:
        content = drafts.find(session, kept.keyring, browser, handle, at(now))
    assert content == (TYPED if found else None)


def test_nothing_of_a_draft_lies_open_in_the_database(kept: World) -> None:
    with kept.database.reader() as session:
        row = session.scalars(select(Draft)).one()
        assert TYPED["name"].encode() not in row.sealed
        assert BROWSER not in row.name
        assert HANDLE not in row.name


def test_a_later_draft_takes_the_place_of_the_first_and_one_too_long_takes_none(kept: World) -> None:
    long = {"facts": "字" * drafts.LONGEST}
    assert not kept.run(drafts.keep, BROWSER, HANDLE, long, now=at(KEPT), keyring=kept.keyring)
    kept.run(drafts.keep, BROWSER, HANDLE, {"name": "钱"}, now=at(KEPT), keyring=kept.keyring)
    with kept.database.reader() as session:
        assert len(session.scalars(select(Draft)).all()) == 1
        assert drafts.find(session, kept.keyring, BROWSER, HANDLE, at(KEPT)) == {"name": "钱"}


def test_where_the_portal_is_full_a_new_draft_has_no_room_and_an_old_one_keeps_its_own(
    kept: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drafts, "MOST", 1)
    assert not kept.run(drafts.keep, BROWSER, "another page", TYPED, now=at(KEPT), keyring=kept.keyring)
    assert kept.run(drafts.keep, BROWSER, HANDLE, TYPED, now=at(KEPT), keyring=kept.keyring)
    assert kept.run(drafts.purge, now=at("2026-09-18 Fri 10:00"), keyring=kept.keyring) == 1
    assert kept.run(drafts.keep, BROWSER, "another page", TYPED, now=at(KEPT), keyring=kept.keyring)
