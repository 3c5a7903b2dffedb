"""The steps of the award with the list of nominees, and the list of honours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement, case, not_, or_, select, true

from app.domain.accounts.unit_order import by_sound
from app.domain.award.decision import FATE_NAMES, Fate, JudgedNominee
from app.domain.cases.verdict import GROUND_NAMES
from app.domain.nominees.statuses import STATUS_NAMES, Status
from app.domain.periods.rounds import LAST_ROUND, Kind
from app.domain.shared.wording import full_day
from app.models import Honour, Nominee, Proceeding, Programme, Revocation, Unit
from app.services.award import revocation
from app.services.award.award_list import AwardStanding, in_order, judge_these, standing_of
from app.services.nominees.listed import OWN_UNIT_SHOWN, RECOMMENDER, with_units
from app.services.nominees.statuses import find_statuses
from app.services.shared.stored_rows import StoredRows, a_date, a_name, a_number, a_text, of_ids
from app.web.award.blueprint import blueprint, programme_or_404
from app.web.shared.access import OFFICE_AND_UNITS, actor, allow, me
from app.web.shared.lists import Column, Filter, Listing, unit_options
from app.web.shared.notices import kind_options
from app.web.shared.portal import now, session
from app.web.shared.words import STATUS_BADGES

_FATES = {"proposed": "建议名单（复审通过、仍然参评）"} | {fate.value: name for fate, name in FATE_NAMES.items()}
_BADGES = {Fate.NAMED: "concluded", Fate.PENDING: "proposed", Fate.LEFT_OUT: ""}


@dataclass(frozen=True, slots=True)
class AwardRow:
    """A nominee on the way to the award."""

    judged: JudgedNominee
    nominee: Nominee
    honour: Honour | None
    status: Status
    decided: bool

    @property
    def nominee_id(self) -> int:
        return self.nominee.id

    @property
    def unit(self) -> str:
        """Return the unit's name, "" where the collective is itself the unit."""
        return self.nominee.unit.name if self.nominee.unit.name != self.nominee.name else ""

    @property
    def review(self) -> str:
        passed = self.judged.facts.passed
        return "" if passed is None else "通过" if passed else "未通过"

    @property
    def fate(self) -> str:
        """Where it stands on the way to the award; once that is decided, what became of it."""
        return STATUS_NAMES[self.status] if self.decided else FATE_NAMES[self.judged.fate]

    @property
    def badge(self) -> str:
        return STATUS_BADGES[self.status] if self.decided else _BADGES[self.judged.fate]

    @property
    def shown(self) -> str:
        """What became of it in the last round. Who was put out there is never called settled."""
        facts = self.judged.facts
        if not facts.shown:
            return ""
        if facts.out:
            return "、".join(GROUND_NAMES[ground] for ground in sorted(facts.out))
        current = [shown for shown in facts.shown if shown.edition == facts.edition]
        return "已办结" if any(shown.closed for shown in current) else "没有办结"


@blueprint.get("/<int:programme_id>/award")
@allow(*OFFICE_AND_UNITS)
def overview(programme_id: int) -> ResponseReturnValue:
    """Show the steps of the award. The office sees every step; a unit sees what becomes of its own nominees."""
    programme = programme_or_404(programme_id)
    standing = standing_of(session(), programme, now(), actor(), whole=False)
    listing = _nominees_on_the_way(standing)
    return listing.answer("award/overview.html", programme=programme, standing=standing, me=me())


@blueprint.get("/<int:programme_id>/award/honours")
@allow(*OFFICE_AND_UNITS)
def honours(programme_id: int) -> ResponseReturnValue:
    """Show who was awarded: the list that certificates are written from."""
    programme = programme_or_404(programme_id)
    rows = revocation.stored_honours(session(), programme_id, actor())
    return _honours(programme, rows).answer("award/honours.html", programme=programme, me=me())


def _nominees_on_the_way(standing: AwardStanding) -> Listing[AwardRow]:
    mine, programme, kinds = actor(), standing.programme, standing.programme.rules.kind_names
    theirs = true() if mine.is_office else or_(Nominee.recommender_id == mine.unit_id, Nominee.unit_id == mine.unit_id)
    bare = select(Nominee.id).where(Nominee.programme_id == programme.id, theirs)

    def load(ids: Sequence[int]) -> list[AwardRow]:
        judged = judge_these(session(), programme, ids, now(), mine)
        statuses = find_statuses(session(), judged, now())
        honours, decided = standing.honours, standing.decision is not None
        return [
            AwardRow(each, nominee, honours.get(id_), statuses[id_], decided) for id_, (each, nominee) in judged.items()
        ]

    source, order = with_units(bare), in_order(standing)
    rows = StoredRows(session(), Nominee.id, source, order, load, lambda row: row.nominee_id, bare=bare)
    recommending = {unit_id for (unit_id,) in rows.distinct(Nominee.recommender_id)}
    return Listing(
        title="表彰建议名单",
        columns=[
            Column("name", "名称", lambda r: r.nominee.name, 18, href=_page_of, sql=a_text(Nominee.name)),
            Column("unit", "所在单位", lambda r: r.unit, 26, sql=a_text(OWN_UNIT_SHOWN)),
            Column("kind", "类别", lambda r: kinds[r.nominee.kind], 12, sql=a_name(Nominee.kind, kinds)),
            Column("recommender", "推荐单位", lambda r: r.nominee.recommender.name, 16, sql=a_text(RECOMMENDER.name)),
            Column("position", "排序", lambda r: r.nominee.position, 8, sql=a_number(Nominee.position)),
            Column("review", "复审", lambda r: r.review, 10),
            Column("shown", programme.rules.rounds[LAST_ROUND].name, lambda r: r.shown, 12),
            Column("fate", "去向", lambda r: r.fate, 12, badge=lambda r: r.badge),
            Column("reason", "原因", lambda r: r.judged.reason, 28),
        ],
        rows=rows,
        empty="还没有推荐对象。推荐单位导入推荐对象、走完前两轮公示并经过复审以后，这里是建议名单。",
        filters=[
            Filter("fate", "去向", _FATES, where=lambda wanted: _has_fate(standing, wanted)),
            Filter("kind", "类别", kind_options([programme]), where=lambda kind: Nominee.kind == kind),
            Filter(
                "recommender",
                "推荐单位",
                unit_options(session().scalars(select(Unit).where(of_ids(Unit.id, recommending)))),
                where=lambda unit: Nominee.recommender_id == int(unit),
            ),
        ],
    )


def _has_fate(standing: AwardStanding, wanted: str) -> ColumnElement[bool]:
    """Return the condition on Nominee that it has this fate; `standing` holds those whom the final review passed."""
    by_fate = {fate: {facts.nominee_id for facts in standing.award.of(fate)} for fate in (Fate.NAMED, Fate.PENDING)}
    proposed = by_fate[Fate.NAMED] | by_fate[Fate.PENDING]
    if wanted == Fate.LEFT_OUT:
        return not_(of_ids(Nominee.id, proposed))
    return of_ids(Nominee.id, proposed if wanted == "proposed" else by_fate[Fate(wanted)])


def _honours(programme: Programme, rows: StoredRows[Honour]) -> Listing[Honour]:
    titles = {Kind.COLLECTIVE: programme.collective_honour, Kind.INDIVIDUAL: programme.individual_honour}
    kinds = programme.rules.kind_names
    recommending = {name for (name,) in rows.distinct(Honour.recommender)}
    recommenders = {name: name for name in sorted(recommending, key=by_sound)}
    revoked = Revocation.confirmed_at.is_not(None)
    in_sql = case((revoked, Status.REVOKED.value), else_=Status.HONOURED.value)
    own = case((Honour.unit != Honour.name, Honour.unit), else_="")

    def standing(honour: Honour) -> str:
        return STATUS_NAMES[Status.REVOKED if honour.is_revoked else Status.HONOURED]

    def waiting(honour: Honour) -> str:
        pending = honour.revocation is not None and not honour.is_revoked and actor().is_office
        return "撤销待确认" if pending else ""

    return Listing(
        title="表彰名单",
        columns=[
            Column("name", "名称", lambda h: h.name, 18, href=_page_of, sql=a_text(Honour.name)),
            Column("position", "序号", lambda h: h.position, 8, sql=a_number(Honour.position)),
            Column("unit", "所在单位", lambda h: h.unit if h.unit != h.name else "", 28, sql=a_text(own)),
            Column("kind", "类别", lambda h: kinds[h.kind], 12, sql=a_name(Honour.kind, kinds)),
            Column(
                "honour", "荣誉称号", lambda h: titles[h.kind], 40, sheet_only=True, sql=a_name(Honour.kind, titles)
            ),
            Column("recommender", "推荐单位", lambda h: h.recommender, 18, sql=a_text(Honour.recommender)),
            Column(
                "number",
                "表彰决定文号",
                lambda h: h.decision.number,
                24,
                sheet_only=True,
                sql=a_text(Proceeding.number),
            ),
            Column(
                "dated",
                "表彰决定日期",
                lambda h: full_day(h.decision.dated),
                18,
                sheet_only=True,
                sql=a_date(Proceeding.dated),
            ),
            Column(
                "standing",
                "状态",
                standing,
                16,
                badge=lambda h: "lapsed" if h.is_revoked else "",
                note=waiting,
                sql=a_name(in_sql, STATUS_NAMES),
            ),
        ],
        rows=rows,
        empty="还没有作出表彰决定。作出以后，这里是写证书、奖牌用的名单。",
        filters=[
            Filter("kind", "类别", kind_options([programme]), where=lambda kind: Honour.kind == kind),
            Filter("recommender", "推荐单位", recommenders, where=lambda unit: Honour.recommender == unit),
            Filter("revoked", "状态", {"1": "只看已撤销的"}, where=lambda _: revoked),
        ],
    )


def _page_of(row: AwardRow | Honour) -> str:
    return url_for("nominees.nominee", nominee_id=row.nominee_id)
