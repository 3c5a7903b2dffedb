"""A crowd at one moment, through the whole application (R16-R18)."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.domain.objections.receipt import new_form_token
from app.models import Case, Identity, Objection
from app.services.record.verifying import verify
from tests.web.browsing import Browser, Page, filled
from tests.web.crowd import Crowd, mobile
from tests.world import World, at_once


@pytest.mark.both_databases
def test_security_01_fifty_objectors_at_once_get_fifty_receipts(world: World, app: Flask) -> None:
    crowd = Crowd(app, world.round_two(), world)

    def files(number: int) -> Page:
        browser = Browser(app, f"198.51.100.{number % 25}")
        sent = filled(contact=mobile(number), form_token=new_form_token())
        return browser.follow(browser.post(crowd.path(number % 5), sent))

    receipts = at_once([lambda number=number: files(number) for number in range(50)])
    assert [page for page in receipts if isinstance(page, Exception)] == []
    assert {page.status for page in receipts} == {200}
    codes = {match[0] for page in receipts if (match := re.search(r"(?:[0-9A-Z]{4}-){5}[0-9A-Z]{4}", page.text))}
    assert len(codes) == 50
    with world.database.reader() as session:
        assert [session.scalar(select(func.count()).select_from(table)) for table in (Objection, Case, Identity)] == [
            50
        ] * 3
        assert verify(session).holds
