"""Handlers put files to notes, statements and proposals: kept like evidence, for who may see the case (R22)."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.domain.cases.states import Action, Conclusion, State
from app.domain.refusals import (
    FileRefused,
    HeldBack,
    MissingText,
    MoveRefused,
    NotAllowed,
    NotYourCase,
    TooLateToConclude,
    TooManyFiles,
)
from app.evidence.inspection import FILES_PER_OBJECTION
from app.models import CaseFile
from app.services.cases import enclosing, enclosures, investigation
from app.services.objections import evidence, evidence_upkeep
from app.services.papers import volume
from app.services.papers.paper import Clerk, Stationery
from app.services.shared.files import Vault
from app.services.shared.work import Work
from tests.files import attach, form_hash, pdf, png, vault_in
from tests.world import World, at

FILED, DAY = "2026-09-18 Fri 09:00", "2026-09-21 Mon 10:00"
DEADLINE = "2026-09-30 Wed 00:00"
FORM = "f" * 64
NAME, CONTACT = "钱标记人", "13912345678"
PROPOSAL = (Conclusion.DISMISSED, "经走访核实", "评选通知第三部分", "已核实，谢谢监督")
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # nothing here differs by database


@pytest.fixture
def vault(tmp_path: Path, world: World) -> Vault:
    return vault_in(tmp_path / "evidence", world.key)


@pytest.fixture
def case(world: World) -> int:
    case_id, _ = world.file(world.round_two(), world.nominees[0], FILED, name=NAME, contact=CONTACT)
    world.bring(case_id, State.INVESTIGATING, FILED)
    return case_id


def put(
    world: World,
    vault: Vault,
    case: int,
    content: bytes,
    *,
    by: str = "handler",
    action: Action = Action.NOTE,
    now: str = DAY,
    form: str = FORM,
    title: str = "台账.pdf",
) -> None:
    args = (vault, case, action, form, title, io.BytesIO(content))
    world.run(enclosing.receive, *args, by=world.actor(by), now=at(now))


def rows(world: World) -> list[CaseFile]:
    with world.database.reader() as session:
        found = list(session.scalars(select(CaseFile).order_by(CaseFile.id)))
        session.expunge_all()
        return found


def stored(vault: Vault) -> int:
    return len(list(vault.store.names()))


# --- refused: and nothing is left behind ---------------------------------------------------------


@pytest.mark.parametrize(
    ("by", "action", "now", "refusal"),
    [
        ("stranger", Action.NOTE, DAY, NotYourCase),
        ("auditor", Action.NOTE, DAY, NotYourCase),
        ("office", Action.NOTE, DAY, NotAllowed),  # it watches, and handles nothing before it takes over
        ("handler", Action.CONFIRM, DAY, MoveRefused),
        ("handler", Action.NOTE, DEADLINE, MoveRefused),
    ],
)
def test_who_may_not_do_it_puts_no_file_to_it(
    world: World, vault: Vault, case: int, by: str, action: Action, now: str, refusal: type[Exception]
) -> None:
    before = world.everything()
    with pytest.raises(refusal):
        put(world, vault, case, pdf(), by=by, action=action, now=now)
    assert world.everything() == before
    assert stored(vault) == 0


def test_a_hostile_file_is_refused_and_so_is_one_too_many(world: World, vault: Vault, case: int) -> None:
    with pytest.raises(FileRefused):
        put(world, vault, case, b"MZ\x90\x00 not a pdf")
    for number in range(FILES_PER_OBJECTION):
        put(world, vault, case, pdf(str(number)))
    with pytest.raises(TooManyFiles):
        put(world, vault, case, pdf("one more"))
    put(world, vault, case, pdf("1"))  # one that is there already
    assert len(rows(world)) == stored(vault) == FILES_PER_OBJECTION


def test_a_refused_note_keeps_its_files_for_the_next_try(world: World, vault: Vault, case: int) -> None:
    put(world, vault, case, pdf())
    with pytest.raises(MissingText):
        world.act(investigation.note, case, "handler", "", FORM, now=DAY)
    assert [row.belongs for row in rows(world)] == [False]
    world.act(investigation.note, case, "handler", "调阅台账一卷。", FORM, now=DAY)
    assert [row.belongs for row in rows(world)] == [True]


def test_nobody_claims_or_removes_what_lies_with_somebody_elses_form(world: World, vault: Vault, case: int) -> None:
    put(world, vault, case, pdf())
    world.act(investigation.note, case, "handler2", "别的记录。", FORM, now=DAY)
    world.run(enclosing.remove, vault, case, FORM, rows(world)[0].id, by=world.actor("handler2"), now=at(DAY))
    assert [row.belongs for row in rows(world)] == [False]
    assert world.do(enclosures.list_waiting, world.keyring, world.actor("handler2"), case, FORM) == []


# --- taken ---------------------------------------------------------------------------------------


def test_files_belong_to_the_note_the_statement_and_the_version_they_came_with(
    world: World, vault: Vault, case: int
) -> None:
    for action, step, form, title in (
        (Action.NOTE, investigation.note, "a" * 64, "台账.pdf"),
        (Action.HEAR, investigation.hear, "b" * 64, "说明.pdf"),
    ):
        put(world, vault, case, pdf(title), action=action, form=form, title=title)
        world.act(step, case, "handler", "见附件。", form, now=DAY)
    for version in (1, 2):
        form = str(version) * 64
        put(world, vault, case, png(version), action=Action.PROPOSE, form=form, title=f"第{version}稿.png")
        world.act(investigation.propose, case, "handler", *PROPOSAL, form, now=DAY)
        if version == 1:
            world.act(investigation.return_proposal, case, "head", "请补充依据", now=DAY)
    found = world.do(enclosures.list_enclosures, world.keyring, case)
    assert [[each.title for each in of] for of in found.of_notes.values()] == [["台账.pdf"], ["说明.pdf"]]
    assert {version: [each.title for each in of] for version, of in found.of_proposals.items()} == {
        1: ["第1稿.png"],
        2: ["第2稿.png"],
    }


def test_whoever_may_see_the_case_opens_them_and_nobody_else(world: World, vault: Vault, case: int) -> None:
    put(world, vault, case, pdf())
    unclaimed = rows(world)[0].id
    with pytest.raises(NotYourCase):
        world.run(enclosing.open_file, vault, case, unclaimed, by=world.actor("head"), now=at(DAY))
    world.act(investigation.note, case, "handler", "见附件。", FORM, now=DAY)
    for login in ("handler", "head", "office"):
        opened = world.run(enclosing.open_file, vault, case, unclaimed, by=world.actor(login), now=at(DAY))
        assert b"".join(opened.content) == pdf()
        assert world.acts()[-1] == (f"user:{world.people[login]}", "casefile.opened", f"case:{case}")
    for login in ("stranger", "auditor"):
        with pytest.raises(NotYourCase):
            world.run(enclosing.open_file, vault, case, unclaimed, by=world.actor(login), now=at(DAY))


def test_a_scanner_holds_them_back_until_it_has_judged(world: World, tmp_path: Path, case: int) -> None:
    vault = vault_in(tmp_path / "evidence", world.key, scanned=True)
    put(world, vault, case, pdf())
    world.act(investigation.note, case, "handler", "见附件。", FORM, now=DAY)
    file_id = rows(world)[0].id
    with pytest.raises(HeldBack):
        world.run(enclosing.open_file, vault, case, file_id, by=world.actor("head"), now=at(DAY))
    assert [each.subject for each in world.do(evidence_upkeep.waiting)] == [f"casefile:{file_id}"]


def test_what_was_never_sent_is_forgotten_after_a_day_and_what_belongs_is_kept(
    world: World, vault: Vault, case: int
) -> None:
    put(world, vault, case, pdf("kept"), form="k" * 64)
    world.act(investigation.note, case, "handler", "见附件。", "k" * 64, now=DAY)
    put(world, vault, case, pdf("left"))
    world.run(evidence_upkeep.forget_unfiled, vault, now=at("2026-09-22 Tue 09:59"))
    assert len(rows(world)) == 2
    world.run(evidence_upkeep.forget_unfiled, vault, now=at("2026-09-22 Tue 10:00"))
    assert [row.belongs for row in rows(world)] == [True]
    assert stored(vault) == 1
    assert world.do(evidence_upkeep.compare, vault, deep=True).agree


# --- one case, one volume ------------------------------------------------------------------------


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


def test_after_the_deadline_nothing_is_put_to_a_case(world: World, vault: Vault, case: int) -> None:
    put(world, vault, case, pdf())
    with pytest.raises(TooLateToConclude):
        world.act(investigation.note, case, "handler", "见附件。", FORM, now=DEADLINE)
    assert [row.belongs for row in rows(world)] == [False]
