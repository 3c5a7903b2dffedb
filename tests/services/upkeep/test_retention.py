"""Personal data is purged when its time is up; counts and the record stay (SECURITY 18)."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from sqlalchemy import select

from app.domain.cases.states import Action, Conclusion, State
from app.evidence.names import StoreDown
from app.evidence.store import Folder
from app.models import (
    Case,
    CaseFile,
    CaseNote,
    Document,
    Dossier,
    Import,
    ImportForm,
    ImportRow,
    ImportState,
    Message,
    MessageKind,
    Objection,
    Opinion,
    OpinionOutcome,
    Proceeding,
    ProceedingKind,
    Purpose,
)
from app.services.cases import enclosing, investigation
from app.services.imports import confirming
from app.services.objections import following
from app.services.periods import closing
from app.services.programmes import setting_up
from app.services.record import chain
from app.services.record.verifying import verify
from app.services.shared.files import Vault
from app.services.shared.work import Work
from app.services.upkeep import retention
from app.services.upkeep.retention import PURGED, KeptData
from tests import lists
from tests.files import attach, hand_in, pdf, png
from tests.qujing import Authority
from tests.web.browsing import TOKEN
from tests.world import World, at

FILED = "2026-09-18 Fri 09:00"
CLOSED = "2026-10-08 Thu 15:00"
JUST_KEPT = "2029-10-08 Mon 23:59:59.999999"
OVER = "2029-10-09 Tue 00:00"
FACTS = "本人钱小麦亲眼所见：该对象申报的项目并非其完成，详情可以到村委会核实。"
on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def store(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "evidence")


@pytest.fixture
def ended(world: World, tmp_path: Path) -> World:
    """A programme that ended on 2026-10-08: three objections, one with evidence, one supplemented, one withdrawn."""
    period = world.round_two()
    for content in (pdf(), png()):
        attach(world, tmp_path / "evidence", content, now=FILED)
    first, _ = world.file(period, world.nominees[0], FILED, form_token=TOKEN, files=2, facts=FACTS)
    second, _ = world.file(period, world.nominees[1], FILED, facts=FACTS)
    world.file(period, world.nominees[2], FILED, facts=FACTS)
    world.run(following.supplement, 2, "钱小麦补充：还有照片。", now=at(FILED))
    world.run(following.withdraw, 3, "钱小麦不想再提了", now=at(FILED))
    world.act(investigation.reply, second, "handler", "已收到您的补充", now=FILED)
    world.bring(first, State.CONCLUDED, FILED)
    world.run(closing.close_period, period, by=world.actor("office"), now=at(CLOSED))
    return world


def purge(world: World, store: Folder, now: str, years: int = 3) -> list[KeptData]:
    with world.database.writer() as session:
        return retention.purge_due(Work(session, at(now)), store, years)


def test_security_18_not_a_second_before_its_time(ended: World, store: Folder) -> None:
    before, files = ended.everything(), set(store.names())
    for now, years in ((FILED, 3), (CLOSED, 1), (JUST_KEPT, 3), (OVER, 4)):
        assert purge(ended, store, now, years) == []
    assert (ended.everything(), set(store.names())) == (before, files)
    with ended.database.reader() as session:
        assert retention.kept_data(session, 3, at(JUST_KEPT)) == [
            KeptData(ended.programme, "先进集体和先进个人评选表彰", at(OVER), identities=3, files=2, texts=5)
        ]


def test_security_18_a_programme_that_is_not_over_keeps_everything(ended: World, store: Folder) -> None:
    ended.past_round_one(ended.others)  # another unit's, closed on 2026-09-16: no matter
    late = ended.schedule(2, ended.luoping, ended.others, "2026-10-15", 3, "2026-10-14 Wed 09:00")
    before = ended.everything()
    assert purge(ended, store, "2046-01-01 Mon 00:00") == []  # nobody ever closed that one
    assert ended.everything() == before
    ended.run(closing.close_period, late, by=ended.actor("office"), now=at("2026-11-02 Mon 09:00"))
    assert purge(ended, store, OVER) == []
    assert [gone.identities for gone in purge(ended, store, "2029-11-03 Sat 00:00")] == [3]


def test_security_18_who_and_evidence_are_gone_and_numbers_and_record_stay(ended: World, store: Folder) -> None:
    ended.seal()
    with ended.database.reader() as session:
        head = chain.head(session)
    before = ended.everything()
    kept = what_stays(ended)
    [gone] = purge(ended, store, OVER)
    assert gone == KeptData(ended.programme, gone.title, at(OVER), identities=3, files=2, texts=5)
    after = ended.everything()
    assert set(store.names()) == set()
    assert {name for name in after if after[name] != before[name]} == {
        "identities",
        "evidence",
        "objections",
        "messages",
        "audit_rows",
    }
    assert after["identities"] == after["evidence"] == []
    with ended.database.reader() as session:
        for objection in session.scalars(select(Objection)):
            assert objection.facts == PURGED
            assert objection.withdraw_reason in (None, PURGED)
            assert objection.content_hash == "0" * 64
        told = {(message.kind, message.text) for message in session.scalars(select(Message))}
        assert told == {
            (MessageKind.SUPPLEMENT, PURGED),
            (MessageKind.REPLY, "已收到您的补充"),
            (MessageKind.ANSWER, "异议不成立。已核实，谢谢监督"),
            (MessageKind.ANSWER, "办结期限届满，没有作出结论。该推荐对象的参评资格已经取消。"),
        }
        assert verify(session, [head]).holds
    assert what_stays(ended) == kept
    assert ended.acts(head.number) == [("cli", "retention.purged", f"programme:{ended.programme}")]
    assert not any("钱小麦" in row or "13000000001" in row for rows in after.values() for row in rows)


def test_security_18_what_is_held_of_nominees_goes_and_the_papers_of_the_award_stay(
    ended: World, store: Folder, tmp_path: Path
) -> None:
    """The decision came after the last closing: the years are counted from it."""
    decided, nominee = "2026-12-01 Tue 10:00", ended.nominees[0]
    scan = in_the_file(ended, tmp_path / "evidence", decided, nominee)
    assert purge(ended, store, OVER) == []
    [gone] = purge(ended, store, "2029-12-02 Sun 00:00")
    assert gone == KeptData(ended.programme, gone.title, at("2029-12-02 Sun 00:00"), 3, files=5, texts=5, dossiers=3)
    after = ended.everything()
    assert after["dossiers"] == after["import_rows"] == after["opinions"] == []
    assert [len(after[table]) for table in ("imports", "documents", "proceedings")] == [1, 1, 1]
    with ended.database.reader() as session:
        assert list(store.names()) == [session.get_one(Document, scan).name]


def in_the_file(world: World, folder: Path, now: str, nominee: int) -> int:
    """Photo, opinion, dossier and import of a nominee, and the decision. Returns the id of the decision's scan."""
    hand_in(world, folder, Purpose.PHOTO, png(7), now=now, nominee_id=nominee)
    opinion = hand_in(world, folder, Purpose.OPINION, pdf("opinion"), now=now, nominee_id=nominee)
    form = hand_in(world, folder, Purpose.IMPORT, pdf("a list"), now=now)
    scan = hand_in(world, folder, Purpose.PROCEEDING, pdf("decision"), now=now)
    by = {"recorded_by": world.people["office"], "recorded_at": at(now)}
    day = at(now).date()
    with world.database.writer() as session:
        imported = Import(
            programme_id=world.programme,
            unit_id=world.qilin,
            form=ImportForm.INDIVIDUALS,
            state=ImportState.CHECKED,
            created_by=world.people["head"],
            created_at=at(now),
        )
        session.add(imported)
        session.flush()
        session.get_one(Document, form).import_id = imported.id
        session.add_all(
            [
                ImportRow(import_id=imported.id, number=1, sealed=b"sealed", problems=[]),
                Dossier(nominee_id=nominee, sealed=b"sealed"),
                Opinion(
                    nominee_id=nominee,
                    authority=Authority.POLICE,
                    outcome=OpinionOutcome.FAVOURABLE,
                    dated=day,
                    document_id=opinion,
                    **by,
                ),
                Proceeding(
                    programme_id=world.programme,
                    kind=ProceedingKind.DECISION,
                    issuer="市委",
                    number="1号",
                    title="表彰决定",
                    dated=day,
                    document_id=scan,
                    **by,
                ),
            ]
        )
        session.commit()
    return scan


def what_stays(world: World) -> list[tuple[object, ...]]:
    """What stays of each objection: its receipt, dates, case and outcome."""
    with world.database.reader() as session:
        rows = session.execute(
            select(
                Objection.id,
                Objection.receipt_hash,
                Objection.form_hash,
                Objection.filed_at,
                Objection.withdrawn_at,
                Case.state,
                Case.conclusion,
                Case.findings,
            ).join(Case, Objection.case_id == Case.id)
        )
        return sorted(tuple(row) for row in rows)


def test_security_18_running_it_twice_does_nothing_more(ended: World, store: Folder) -> None:
    assert len(purge(ended, store, OVER)) == 1
    before = ended.everything()
    assert purge(ended, store, OVER) == []
    assert ended.everything() == before


@on_sqlite
def test_security_18_nothing_is_left_in_the_raw_database_file_either(
    ended: World, store: Folder, tmp_path: Path
) -> None:
    def found_in() -> list[str]:
        return [path.name for path in tmp_path.glob("gongshi.sqlite*") if "钱小麦".encode() in path.read_bytes()]

    assert found_in() != []
    purge(ended, store, OVER)
    assert found_in() == []


@on_sqlite
def test_security_18_a_purge_that_is_stopped_half_way_is_finished_by_the_next(
    ended: World, store: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, deleted = store.delete, []

    def fails_at_the_second(name: str) -> None:
        if deleted:
            raise StoreDown("the bucket does not answer")
        deleted.append(name)
        real(name)

    before = ended.everything()
    monkeypatch.setattr(store, "delete", fails_at_the_second)
    with pytest.raises(StoreDown):
        purge(ended, store, OVER)
    monkeypatch.undo()
    assert ended.everything() == before  # its row still names the file that is left
    assert len(set(store.names())) == 2  # of a document with its copy
    assert [gone.files for gone in purge(ended, store, OVER)] == [2]
    assert set(store.names()) == set()


@on_sqlite
def test_security_18_dossiers_and_rows_of_imports_go_with_the_rest(ended: World, store: Folder, tmp_path: Path) -> None:
    lists.room_for(ended)
    folder = tmp_path / "evidence"
    done = lists.checked(ended, folder, {"a.xlsx": lists.sheet([lists.person(0)])})
    ended.run(confirming.confirm, done, by=ended.actor("handler"), now=at(CLOSED))
    lists.checked(ended, folder, {"b.xlsx": lists.sheet([lists.person(1), lists.person(2)])})  # nobody confirmed it
    [gone] = purge(ended, store, OVER)
    assert gone.dossiers == 1 + 3
    everything = ended.everything()
    assert (everything["dossiers"], everything["import_rows"]) == ([], [])
    assert purge(ended, store, OVER) == []


@on_sqlite
def test_security_18_what_is_held_in_a_programme_that_came_to_nothing_goes_too(
    world: World, store: Folder, tmp_path: Path
) -> None:
    lists.room_for(world)
    lists.checked(world, tmp_path / "evidence", {"a.xlsx": lists.sheet([lists.person(0)])})
    assert purge(world, store, "2046-01-01 Mon 00:00") == []  # it may still run
    world.run(setting_up.archive, world.programme, by=world.actor("office"), now=at(CLOSED))
    assert purge(world, store, JUST_KEPT) == []
    assert [gone.dossiers for gone in purge(world, store, OVER)] == [2]  # the list and its row


@on_sqlite
def test_security_18_the_files_of_the_handlers_go_with_the_evidence(world: World, store: Folder) -> None:
    period, handler = world.round_two(), world.actor("handler")
    case, _ = world.file(period, world.nominees[0], FILED)
    world.bring(case, State.INVESTIGATING, FILED)
    vault, form = Vault(store, world.keyring), "f" * 64
    args = (vault, case, Action.NOTE, form, "台账.pdf", io.BytesIO(pdf()))
    world.run(enclosing.receive, *args, by=handler, now=at(FILED))
    world.act(investigation.note, case, "handler", "调阅台账一卷。", form, now=FILED)
    texts = (Conclusion.DISMISSED, "经走访核实", "评选通知第三部分", "已核实，谢谢监督")
    world.act(investigation.propose, case, "handler", *texts, now=FILED)
    world.act(investigation.confirm, case, "head", 1, now=FILED)
    world.run(closing.close_period, period, by=world.actor("office"), now=at(CLOSED))
    assert len(set(store.names())) == 1
    [gone] = purge(world, store, OVER)
    assert gone.files == 1
    assert set(store.names()) == set()
    with world.database.reader() as session:
        assert session.scalars(select(CaseFile)).all() == []
        assert session.scalars(select(CaseNote.text)).all() == ["调阅台账一卷。"]  # what the handlers wrote stays
