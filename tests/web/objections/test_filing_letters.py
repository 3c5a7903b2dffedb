"""A unit's sealed letter on the pages: a field of its own, and no byte of it in a unit's role (R14, SECURITY 42)."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from flask import Flask

from tests.files import pdf
from tests.web.browsing import Browser, MovingClock, Page, filled
from tests.web.walking import read_by
from tests.world import World

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # the services have both
SEAL, TITLE, NAME, PERSON = "The seal of a unit", "小河公司的公函.pdf", "曲靖市小河科技有限公司", "钱小溪"
UNIT = {"objector_kind": "unit", "name": NAME, "contact_person": PERSON, "contact": "office@xiaohe.example"}
Staff = Callable[[str], Browser]


@pytest.fixture
def here(world: World) -> str:
    return f"/periods/{world.round_two()}/nominees/{world.nominees[2]}/objection"


def files(**fields: bytes) -> dict[str, object]:
    return {name: (io.BytesIO(content), TITLE) for name, content in fields.items()}


@pytest.fixture
def filed(world: World, client: Browser, here: str) -> Page:
    check = client.to_check(here, **UNIT, **files(letter=pdf(SEAL), evidence=pdf("proof")))
    return client.follow(client.send(check.form("/objection"), "submit"))


def test_the_check_page_and_the_receipt_show_letter_and_evidence_apart(
    world: World, client: Browser, here: str, filed: Page
) -> None:
    assert "盖章材料，封存" in filed.text
    check = client.post(here, filled(**UNIT, step="check", form_token="another-token-of-24-char") | files(letter=pdf()))
    assert "盖章的书面材料 封存，办理单位看不到，只知道有这份材料。" in check.text
    assert "证据材料 没有附文件" in check.text


def test_evidence_alone_is_no_letter(world: World, client: Browser, here: str) -> None:
    for step in ("check", "submit"):
        page = client.post(here, filled(**UNIT, step=step) | files(evidence=pdf()))
        assert page.status == 422
        assert "请在这里上传盖有公章的书面材料" in page.error_of("letter")


def test_the_letter_may_be_taken_back_before_filing(world: World, client: Browser, here: str) -> None:
    check = client.post(here, filled(**UNIT, step="check") | files(letter=pdf()))
    button = next(value for value in check.form("/objection").buttons if value.startswith("remove-"))
    again = client.send(check.form("/objection"), press=button)
    assert again.status == 422
    assert "请在这里上传" in again.error_of("letter")


@pytest.mark.walk
@pytest.mark.soak
def test_security_42_nothing_that_a_unit_can_open_holds_a_byte_of_the_letter(
    world: World, app: Flask, staff: Staff, clock: MovingClock, filed: Page
) -> None:
    clock.to("2026-09-19 Sat 09:00")
    case = staff("handler").get("/desk/cases/1")
    assert "盖章的书面材料：有。已经封存，只有市级专班可以打开。" in case.text
    for login in ("handler", "head"):
        answers = read_by(app, world.database, staff(login), login)
        assert any(b"%PDF" in content for content in answers.values())  # the evidence was downloaded
        for mark in (SEAL, TITLE, NAME, PERSON, UNIT["contact"]):
            assert [path for path, content in answers.items() if mark.encode() in content] == [], mark


def test_two_of_the_office_open_it_and_whoever_let_the_other_look_does_not(
    world: World, staff: Staff, filed: Page
) -> None:
    office, office2 = staff("office"), staff("office2")
    office.send(office.get("/office/objections/1/identity").form("/identity"), text="核实单位公章是否真实")
    office2.send(office2.get("/office/identities/1").form("/grant"))
    shown = office.send(office.get("/office/identities/1").form("/read"))
    assert "盖章材料1.pdf" in shown.text
    button, original = [form for form in shown.forms if "/letters/" in form.action]
    assert "证据原件" in shown.text
    assert office.open(original.action, method="POST", data=original.fields).status_code == 200
    answer = office.open(button.action, method="POST", data=button.fields)
    assert (answer.status_code, answer.data, answer.headers["Cache-Control"]) == (200, pdf(SEAL), "no-store")
    assert office2.post(button.action).status == 404
    assert staff("handler").post(button.action).status == 404
