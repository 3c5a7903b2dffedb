"""An owner makes an account their own by a code to an address that the office holds, on the pages (R22)."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from app.services.messages import dispatching
from tests.web.accounts.test_people_agreements import DAY, FILED, reset
from tests.web.browsing import Browser, MovingClock
from tests.world import World, at

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # the services are tested on both

NUMBER = "13900000001"


@pytest.fixture
def app(make_app: Callable[..., Flask], tmp_path: Path, clock: MovingClock) -> Flask:
    clock.to(FILED)
    return make_app(demonstration=True, instance_dir=tmp_path)


@pytest.fixture
def staff(app: Flask, world: World) -> Callable[[str], Browser]:
    return lambda login: Browser(app).sign_in(world.people[login])


def code_sent(world: World, now: str) -> str:
    claimed = world.run(dispatching.settle_and_claim, None, "", now=at(now))
    assert claimed is not None
    assert claimed.address == NUMBER
    found = re.search(r"\d{6}", claimed.message.text)
    assert found is not None
    return found[0]


def test_the_office_enters_a_number_and_the_owner_answers_its_code(
    world: World, staff: Callable[[str], Browser], clock: MovingClock
) -> None:
    reset(world, staff, "handler", by="head")
    clock.to(DAY)
    handler = staff("handler")
    assert "也可以请市工作专班在您的人员页面登记您本人的手机号码或者邮箱" in handler.get("/account").text
    there = f"/people/{world.people['handler']}"
    assert "登记本人的地址" not in staff("head").get(there).text
    assert staff("head").post(f"{there}/address", {"channel": "sms", "address": NUMBER}).status == 404
    office = staff("office")
    form = office.get(there).form("/address")
    wrong = office.send(form, channel="sms", address="139")
    assert (wrong.status, wrong.error_of("address")) == (422, "请写11位手机号码。")
    assert "地址已经登记" in office.follow(office.send(form, channel="sms", address=NUMBER)).text
    page = handler.get("/account")
    assert "用短信核实：139****0001" in page.text
    assert NUMBER not in page.source
    page = handler.follow(handler.send(page.form("/code")))
    code = code_sent(world, DAY)
    confirm = next(form for form in page.forms if re.fullmatch(r"/account/proof/\d+", form.action))
    refused = handler.send(confirm, code="000000" if code != "000000" else "111111")
    assert (refused.status, "确认码不对" in refused.error_of("code")) == (422, True)
    done = handler.follow(handler.send(confirm, code=code))
    assert "已经核实是您本人" in done.text
    assert "账号待上一级同意" not in done.text
    assert "本人用自己的二次验证或者确认码核实" in office.get(there).text


def test_without_a_channel_nothing_is_offered(world: World, make_app: Callable[..., Flask]) -> None:
    app = make_app()

    def staff(login: str) -> Browser:
        return Browser(app).sign_in(world.people[login])

    reset(world, staff, "handler", by="head")
    assert "登记您本人的手机号码" not in staff("handler").get("/account").text
    there = f"/people/{world.people['handler']}"
    assert "登记本人的地址" not in staff("office").get(there).text
    refused = staff("office").post(f"{there}/address", {"channel": "sms", "address": NUMBER})
    assert refused.status == 422
