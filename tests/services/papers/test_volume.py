"""One case is one volume: every paper in order, and neither who filed nor what is sealed (R19, R22)."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest

from app.domain.cases.states import Action, State
from app.domain.refusals import NotYourCase
from app.services.cases import investigation
from app.services.objections import evidence
from app.services.papers import volume
from app.services.papers.paper import Clerk, Stationery
from app.services.shared.files import Vault
from app.services.shared.work import Work
from tests.files import attach, form_hash, pdf, vault_in
from tests.services.cases.test_enclosing import CONTACT, DAY, FILED, FORM, NAME, PROPOSAL, put
from tests.world import World, at

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # nothing here differs by database


@pytest.fixture
def vault(tmp_path: Path, world: World) -> Vault:
    return vault_in(tmp_path / "evidence", world.key)


@pytest.fixture
def case(world: World) -> int:
    case_id, _ = world.file(world.round_two(), world.nominees[0], FILED, name=NAME, contact=CONTACT)
    world.bring(case_id, State.INVESTIGATING, FILED)
    return case_id


def volume_of(world: World, vault: Vault, case: int, by: str) -> dict[str, bytes]:
    clerk = Clerk(world.actor(by), at(DAY), Stationery("https://example.com"), vault)
    package = world.do(volume.of_case, case, clerk)
    with zipfile.ZipFile(io.BytesIO(b"".join(package.content))) as bundle:
        return {name: bundle.read(name) for name in bundle.namelist()}


def test_a_case_is_one_volume_in_order_without_who_filed(world: World, vault: Vault, tmp_path: Path) -> None:
    period = world.round_two()
    attach(world, tmp_path / "evidence", pdf("evidence"), "a-form-token-of-24-chars", now=FILED)
    token: dict[str, Any] = {"form_token": "a-form-token-of-24-chars", "files": 1}
    case, _ = world.file(period, world.nominees[0], FILED, name=NAME, contact=CONTACT, **token)
    world.bring(case, State.INVESTIGATING, FILED)
    put(world, vault, case, pdf("note"))
    world.act(investigation.note, case, "handler", "调阅台账一卷。", FORM, now=DAY)
    put(world, vault, case, pdf("proposal"), action=Action.PROPOSE, form="p" * 64, title="报告.pdf")
    world.act(investigation.propose, case, "handler", *PROPOSAL, "p" * 64, now=DAY)
    world.act(investigation.return_proposal, case, "head", "请补充走访记录。", now=DAY)
    world.act(investigation.propose, case, "handler", *PROPOSAL, now=DAY)
    world.act(investigation.confirm, case, "head", 2, now=DAY)
    files = volume_of(world, vault, case, "head")
    assert list(files) == [
        "01-基本情况.txt",
        "02-异议/异议1.txt",
        "02-异议/异议1-证据1.pdf",
        "03-核查/01-核查记录.txt",
        "03-核查/01-核查记录-附件1-台账.pdf",
        "04-处理意见/第1稿.txt",
        "04-处理意见/第1稿-附件1-报告.pdf",
        "04-处理意见/第2稿.txt",
        "05-文书/01-受理通知书麒麟区异议〔2026〕1号.docx",
        "05-文书/02-异议处理答复书麒麟区异议〔2026〕2号.docx",
        "06-办理经过.txt",
        "目录.txt",
    ]
    assert files["03-核查/01-核查记录-附件1-台账.pdf"] == pdf("note")
    assert "退回的理由：请补充走访记录。" in files["04-处理意见/第1稿.txt"].decode()
    assert "已确认" in files["04-处理意见/第2稿.txt"].decode()
    contents = files["目录.txt"].decode()
    assert "异议人的身份和封存的材料不在卷内" in contents
    for name in list(files)[:-1]:
        assert name in contents
    for content in files.values():
        assert NAME.encode() not in content
        assert CONTACT.encode() not in content


def test_the_volume_is_for_who_may_see_the_case(world: World, vault: Vault, case: int) -> None:
    for login in ("stranger", "auditor"):
        with pytest.raises(NotYourCase):
            volume_of(world, vault, case, login)
    world.act(investigation.recuse, case, "handler2", world.people["handler2"], "是亲属", now=DAY)
    with pytest.raises(NotYourCase):
        volume_of(world, vault, case, "handler2")


def test_a_sealed_letter_is_not_in_the_volume_but_that_it_is_there(world: World, vault: Vault) -> None:
    period, token = world.round_two(), "a-form-token-of-24-chars"
    with world.database.writer() as session:
        form = form_hash(world.key, token)
        evidence.receive(Work(session, at(FILED)), vault, form, "章.pdf", io.BytesIO(pdf()), letter=True)
    case, _ = world.file(period, world.nominees[0], FILED, form_token=token, files=1, letters=1)
    files = volume_of(world, vault, case, "head")
    assert not [name for name in files if name.endswith(".pdf")]
    assert "另有封存的材料，不在卷内。" in files["02-异议/异议1.txt"].decode()
