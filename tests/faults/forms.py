"""An objection form sent while something is stopped, and what must then be on the page and in the database."""

from __future__ import annotations

from flask import Flask

from app.services.record.verifying import verify
from tests.busy import MORNING
from tests.invariants import broken
from tests.web.browsing import Browser, Page, filled
from tests.world import World, at

FACTS = "标记事实：二〇二五年三月，在现场看到的情况与申报的事迹不符，请予核查。"


class Forms:
    """One form after the other from one browser, each with a token of its own."""

    def __init__(self, app: Flask, here: str) -> None:
        self.client, self.here, self.sent = Browser(app), here, 0

    def send(self) -> Page:
        self.sent += 1
        self.last = filled(facts=FACTS, form_token=f"a-form-token-of-24-ch{self.sent:03}")
        return self.client.post(self.here, self.last)

    def again(self, page: Page) -> Page:
        """The button under the text that was kept."""
        return self.client.send(page.form("/objection"))


def assert_not_taken(page: Page) -> None:
    assert page.status == 503
    assert "刚才的操作没有生效" in page.text
    kept = page.form("/objection").fields
    sent = filled(facts=FACTS)
    assert {name: kept[name] for name in ("name", "contact", "category", "facts")} == {
        name: sent[name] for name in ("name", "contact", "category", "facts")
    }
    assert "receipt" not in page.headers.get("Set-Cookie", "")


def assert_whole(world: World, objections: int) -> None:
    stored = world.everything()
    assert len(stored["objections"]) == len(stored["identities"]) == objections
    assert [action for _, action, _ in world.acts()].count("objection.filed") == objections
    assert world.do(verify).holds
    assert broken(world.database, at(MORNING)) == []
