"""Last year's programme, small and finished: three rounds, the papers, the award, and one revoked award."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.demo import programmes
from app.demo.clearing import letter
from app.demo.staging import Staging
from app.demo.timetable import SEED, Shape
from app.domain.award.decision import ProceedingKind, RevocationGround
from app.domain.calendar.workdays import local_date, nth_workday_after
from app.domain.periods.rounds import Kind
from app.domain.programmes.plan import proposed_stages
from app.models import Document, Honour, Nominee, Purpose, Revocation
from app.notices.offered import built_in
from app.services.award import deciding, revocation
from app.services.award.deciding import PaperText
from app.services.programmes.setting_up import archive
from app.services.shared import documents
from app.services.shared.work import Work

_MOST = 1  # of each kind a unit
_TITLE = "上一年度先进集体和先进个人评选表彰（演示）"
_DECISION = (
    "为表彰先进、弘扬正气，激励广大干部群众投身群众满意度提升“四个工程”，市委、市政府决定，对在工作中表现突出的"
    "集体和个人予以表彰。希望受到表彰的集体和个人珍惜荣誉、再接再厉，再创佳绩。"
)
_REVOCATION = (
    "表彰决定公布后收到反映，经市级专班组织核查，该对象申报材料中的主要事迹由他人完成，申报时隐瞒了这一情况。"
    "现决定撤销所获表彰，收回证书和奖励。"
)


def begin(session: Session, staging: Staging, now: dt.datetime) -> None:
    """Set up the programme and note down all its later steps."""
    start = local_date(now)
    stages = proposed_stages(start, built_in().stages)
    programme_id = programmes.set_up(
        session,
        staging.cast,
        _TITLE,
        programmes.number(start, 198),
        stages,
        now,
        most=_MOST,
    )
    by_unit = programmes.recommend(session, staging.keyring, staging.cast, programme_id, SEED - 1, _MOST)
    everybody = [nominee for nominees in by_unit.values() for nominee in nominees]
    calendar = staging.calendar
    second = nth_workday_after(start, 15, calendar)
    third = nth_workday_after(second, 12, calendar)
    _two_rounds(staging, programme_id, by_unit, second)
    staging.clearing.look_once_more(staging.diary, calendar, everybody, third)
    staging.show(programme_id, 3, staging.cast.office, everybody, Shape(third, 3, closes=True))
    _Award(staging, programme_id).note(third)


def _two_rounds(staging: Staging, programme_id: int, by_unit: dict[int, list[Nominee]], second: dt.date) -> None:
    for unit_id, nominees in by_unit.items():
        staging.round_one(programme_id, nominees, staging.before_round_2(second))
        handler = staging.cast.hands[unit_id].handler
        staging.clearing.look_through(staging.diary, staging.calendar, nominees, handler, second, all_of_them=True)
        staging.show(programme_id, 2, unit_id, nominees, Shape(second, 3, closes=True))


@dataclass(frozen=True)
class _Award:
    """The papers and decisions that the office records after round 2."""

    staging: Staging
    programme_id: int

    def note(self, third: dt.date) -> None:
        """Note the papers before round 3, the second approval and the decision after it, and a later revocation."""
        note, after = self.staging.diary.note, self.staging.after
        note(self.staging.morning(third, 3, 9), self._consulted)
        note(self.staging.morning(third, 2, 9), self._submitted)
        note(self.staging.morning(third, 1, 16), self._approved)
        note(after(third, 7), self._submitted)
        note(after(third, 9), self._approved)
        note(after(third, 11), self._decided)
        note(after(third, 40), self._revocation_proposed)
        note(after(third, 41), self._revocation_confirmed)
        note(after(third, 45), self._archived)

    def _consulted(self, session: Session, now: dt.datetime) -> None:
        for issuer in ("市纪委监委", "市委组织部", "市人力资源社会保障局"):
            text = PaperText(
                issuer,
                programmes.number(local_date(now), 21, "函"),
                "关于拟表彰对象建议名单的复函",
                local_date(now),
                True,
            )
            self._paper(session, ProceedingKind.CONSULTATION, text, now)

    def _submitted(self, session: Session, now: dt.datetime) -> None:
        text = PaperText(
            "市级专班", programmes.number(local_date(now), 9, "请"), "关于报请审定表彰建议名单的请示", local_date(now)
        )
        self._paper(session, ProceedingKind.SUBMISSION, text, now)

    def _approved(self, session: Session, now: dt.datetime) -> None:
        for issuer in ("市委", "市政府"):
            text = PaperText(
                issuer,
                programmes.number(local_date(now), 30, "复"),
                "关于同意表彰建议名单的批复",
                local_date(now),
                True,
            )
            self._paper(session, ProceedingKind.APPROVAL, text, now)

    def _paper(self, session: Session, kind: ProceedingKind, text: PaperText, now: dt.datetime) -> None:
        scan = self._scan(f"{text.issuer}：{text.title}", now)
        deciding.record_paper(Work(session, now, self.staging.office), self.programme_id, kind, text, scan)

    def _decided(self, session: Session, now: dt.datetime) -> None:
        title = "关于表彰提升人民群众获得感幸福感安全感先进集体和先进个人的决定"
        text = PaperText("市委、市政府", programmes.number(local_date(now), 31), title, local_date(now), text=_DECISION)
        deciding.decide(Work(session, now, self.staging.office), self.programme_id, text, self._scan(title, now))

    def _revocation_proposed(self, session: Session, now: dt.datetime) -> None:
        text = revocation.RevocationText(
            RevocationGround.DECEIT, programmes.number(local_date(now), 6), local_date(now), _REVOCATION
        )
        scan = self._scan("关于撤销表彰的决定", now)
        revocation.propose_revocation(Work(session, now, self.staging.office), self._honour(session), text, scan)

    def _revocation_confirmed(self, session: Session, now: dt.datetime) -> None:
        second_person = self.staging.cast.of_the_office.head
        honour = self._honour(session)
        version = session.scalars(select(Revocation).where(Revocation.honour_id == honour)).one().version
        revocation.confirm_revocation(Work(session, now, second_person), honour, version)

    def _archived(self, session: Session, now: dt.datetime) -> None:
        archive(Work(session, now, self.staging.office), self.programme_id)

    def _honour(self, session: Session) -> int:
        """Return the id of the third individual honour."""
        mine = select(Honour.id).where(Honour.kind == Kind.INDIVIDUAL).order_by(Honour.position)
        honours: Sequence[int] = session.scalars(mine).all()
        return honours[2]

    def _scan(self, line: str, now: dt.datetime) -> Document:
        return documents.store_document(
            self.staging.clearing.vault,
            Purpose.PROCEEDING,
            self.programme_id,
            documents.Upload(f"{line}.pdf", io.BytesIO(letter(line))),
            self.staging.office,
            now,
        )
