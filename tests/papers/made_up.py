"""A small programme at the end of its second round: what papers are made from."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path

from PIL import Image
from sqlalchemy import select

from app.domain.cases.states import Conclusion, DeclineGround, State
from app.domain.periods.rounds import Kind
from app.models import Document, Nominee, Programme, Purpose, Quota, Unit
from app.models.nominees import Opinion, OpinionOutcome
from app.services.cases import settlement
from app.services.nominees import marks
from app.services.nominees.dossiers import make_dossier
from app.services.papers.paper import Clerk, Stationery
from app.services.periods import closing
from app.services.shared import documents
from app.services.shared.files import Vault
from tests.files import pdf, vault_in
from tests.qujing import Authority
from tests.world import World, at

STATIONERY = Stationery("https://gongshi.example.gov.cn")
MORNING, LATER, DUE = "2026-09-18 Fri 09:00", "2026-09-21 Mon 10:00", "2026-10-09 Fri 09:00"
MATERIAL = pdf("the latest 事迹材料")
HOSTILE = "{{7*7}}<w:p>&amp;\x07\x0b\ud800乙"
SHOWN = "{{7*7}}<w:p>&amp;乙"  # what of it stands on paper: all but what no paper can hold
PERSON = {
    "sex": "女",
    "ethnicity": "汉族",
    "birth": "1980年1月",
    "political": "中国共产党党员",
    "status": "国家公务员（包括参公管理人员）",
    "title": "工程师",
    "work": "群众工作",
    "phone": "0874-1234567",
    "id_number": "530302198001011234",
    "unit_type": "行政机关",
    "resume": "1995年9月至1998年7月　麒麟区第一中学学习\n1998年9月至2002年7月　云南大学学习\n"
    "2002年8月至今　麒麟区司法局工作",
    "awards": "无",
    "penalties": "无",
}
COLLECTIVE = {
    "unit_type": "事业单位",
    "level": "正科级",
    "leader": "钱小麦",
    "phone": "0874-7654321",
    "credit_code": "12530302MB0000000X",
    "awards": "2024年被评为市级文明单位",
    "penalties": "无",
}


def made_up(world: World, folder: Path) -> tuple[int, Vault]:
    """Round 2 of qilin is closed: one case upheld, one dismissed, one declined, one lapsed. Returns the period."""
    vault = vault_in(folder, world.key)
    with world.database.writer() as session:
        programme = session.get_one(Programme, world.programme)
        programme.title = "曲靖市提升人民群众获得感幸福感安全感先进集体和先进个人评选表彰"
        programme.notice_number = "〔2025〕239号"
        programme.collective_honour = "曲靖市提升人民群众获得感幸福感安全感先进集体"
        programme.individual_honour = "曲靖市提升人民群众获得感幸福感安全感先进个人"
        qilin = session.get_one(Unit, world.qilin)
        qilin.address, qilin.email, qilin.hours = "麒麟区政务中心三楼", "qilin@example.gov.cn", "工作日9:00—17:00"
        for quota in session.scalars(select(Quota)):
            quota.heading = "市级机关企事业单位" if quota.unit_id == world.qilin else "县（市、区）"
        for nominee in session.scalars(select(Nominee)):
            fields = COLLECTIVE if nominee.kind is Kind.COLLECTIVE else PERSON
            nominee.category = fields["unit_type" if nominee.kind is Kind.COLLECTIVE else "status"]
            nominee.trade = "公共管理、社会保障和社会组织"
            nominee.post = "" if nominee.kind is Kind.COLLECTIVE else "副科长"
            session.add(make_dossier(world.keyring, nominee.id, fields))
        session.commit()
    period = world.round_two()
    first, second, third, fourth, fifth = world.nominees
    cases = [world.file(period, one, MORNING)[0] for one in (first, second, third, fourth)]
    world.bring(cases[0], State.CONCLUDED, LATER, Conclusion.DISMISSED)
    world.bring(cases[2], State.CONCLUDED, LATER, Conclusion.UPHELD)
    reason = "没有写明具体的事实和线索。"
    world.decline(cases[3], DeclineGround.NO_FACTS, reason, now=LATER)
    world.run(settlement.settle_due, now=at(DUE))
    world.run(closing.close_period, period, by=world.actor("office"), now=at(DUE))
    handler = world.actor("handler")
    with world.database.writer() as session:
        portrait = stored(world, vault, fifth, Purpose.PHOTO, photo())
        session.add(portrait)
        session.add_all(stored(world, vault, fifth, Purpose.MATERIAL, content) for content in (pdf("first"), MATERIAL))
        for nominee_id in (first, fourth, fifth):
            scan = stored(world, vault, nominee_id, Purpose.OPINION, pdf())
            session.add(scan)
            session.flush()
            session.add_all(opinions(nominee_id, scan.id, handler.user_id))
        marks.renew(session, world.keyring, session.scalars(select(Nominee.id)))
        session.commit()
    return period, vault


def stored(world: World, vault: Vault, nominee_id: int, purpose: Purpose, content: bytes) -> Document:
    """A file that the unit handed in about a nominee."""
    return documents.store_document(
        vault,
        purpose,
        world.programme,
        documents.Upload("扫描件", io.BytesIO(content)),
        world.actor("handler"),
        at(DUE),
        nominee_id=nominee_id,
    )


def opinions(nominee_id: int, scan_id: int, user_id: int) -> list[Opinion]:
    """Three authorities in favour on one scan, the fourth needed not be asked."""
    return [
        Opinion(
            nominee_id=nominee_id,
            authority=authority,
            outcome=OpinionOutcome.NOT_ASKED if authority is Authority.AUDIT else OpinionOutcome.FAVOURABLE,
            text="不属于审计对象" if authority is Authority.AUDIT else "",
            dated=dt.date(2026, 9, 10),
            document_id=None if authority is Authority.AUDIT else scan_id,
            recorded_by=user_id,
            recorded_at=at(DUE),
        )
        for authority in Authority
    ]


def clerk(world: World, vault: Vault, login: str, now: str) -> Clerk:
    return Clerk(world.actor(login), at(now), STATIONERY, vault)


def photo() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (768, 1024), (200, 210, 230)).save(out, "JPEG")
    return out.getvalue()
