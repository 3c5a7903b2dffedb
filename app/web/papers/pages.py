"""Lists of the papers of units, of periods, of nominees; and their templates."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import abort, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from app.domain.calendar.workdays import last_day_before, local_date
from app.domain.cases.states import Role
from app.domain.periods.roll import counts_in_words
from app.domain.periods.rounds import Kind
from app.domain.periods.window import Phase
from app.domain.shared.wording import day
from app.models import Nominee, Period, Programme, Unit
from app.services.nominees import batches
from app.services.nominees.listed import OWN_UNIT_SHOWN, RECOMMENDER
from app.services.papers import asking, available, templates
from app.services.papers.asking import Asked
from app.services.papers.available import UnitPapers
from app.services.shared.stored_rows import StoredRows, a_name, a_text, of_ids
from app.web.papers.blueprint import blueprint
from app.web.papers.sending import clerk, pdf_link, stationery
from app.web.shared.access import OFFICE_AND_UNITS, actor, allow, me
from app.web.shared.lists import Column, Filter, Listing, unit_options
from app.web.shared.notices import kind_options, round_options
from app.web.shared.portal import now, portal, session
from app.web.shared.words import PHASE_NAMES

RowT = TypeVar("RowT")


@blueprint.get("/programmes/<int:programme_id>/papers")
@allow(*OFFICE_AND_UNITS)
def units(programme_id: int) -> ResponseReturnValue:
    shown = _programme(programme_id)
    rows = available.of_units(session(), portal().keyring, programme_id, actor(), now())
    return _units(shown, rows).answer("papers/units.html", programme=shown, me=me())


@blueprint.get("/programmes/<int:programme_id>/papers/periods")
@allow(*OFFICE_AND_UNITS)
def periods(programme_id: int) -> ResponseReturnValue:
    shown = _programme(programme_id)
    rows = available.of_periods(session(), programme_id, actor())
    return _periods(shown, rows).answer("papers/periods.html", programme=shown, me=me())


@blueprint.get("/programmes/<int:programme_id>/papers/nominees")
@allow(*OFFICE_AND_UNITS)
def nominees(programme_id: int) -> ResponseReturnValue:
    shown = _programme(programme_id)
    rows = available.stored_nominees(session(), programme_id, actor(), now())
    return _nominees(shown, rows).answer("papers/nominees.html", programme=shown, me=me())


@blueprint.get("/programmes/<int:programme_id>/papers/asking")
@allow(*OFFICE_AND_UNITS)
def letters_to_authorities(programme_id: int) -> ResponseReturnValue:
    shown = _programme(programme_id)
    rows = asking.asked_of_units(session(), portal().keyring, programme_id, clerk())
    return _asking(shown, rows).answer("papers/asking.html", programme=shown, me=me())


@blueprint.get("/programmes/<int:programme_id>/papers/templates")
@allow(Role.OFFICE)
def all_templates(programme_id: int) -> ResponseReturnValue:
    shown = _programme(programme_id)
    return render_template(
        "papers/templates.html",
        programme=shown,
        templates=templates.all_templates(shown.rules, stationery().templates),
        folder=portal().settings.templates_dir,
        me=me(),
        now=now(),
    )


def _units(programme: Programme, rows: list[UnitPapers]) -> Listing[UnitPapers]:
    notice, kinds = programme.rules, programme.rules.kind_names
    team, person = kinds[Kind.COLLECTIVE], kinds[Kind.INDIVIDUAL]

    def recommended(row: UnitPapers) -> str:
        return counts_in_words(kinds, {Kind.COLLECTIVE: row.collectives, Kind.INDIVIDUAL: row.individuals})

    def paper(key: str, name: str, text: str, *, printed: bool = True) -> Column[UnitPapers]:
        def address(row: UnitPapers) -> str:
            there = key in row.papers
            return url_for("papers.of_unit", programme_id=programme.id, unit_id=row.unit_id, paper=key) if there else ""

        return _paper(key, name, lambda row: text if key in row.papers else "", address, printed=printed)

    def package(handing: str, name: str, those: Callable[[UnitPapers], int]) -> Column[UnitPapers]:
        return Column(
            handing,
            name,
            lambda row: "整套.zip" if those(row) else "",
            12,
            href=lambda row: (
                url_for("papers.package_of_unit", programme_id=programme.id, unit_id=row.unit_id, handing=handing)
                if those(row)
                else ""
            ),
            note=lambda row: f"{those(row)}个" if those(row) else "还没有" if row.nominees else "",
        )

    return Listing(
        title="推荐单位的文书",
        columns=[
            Column("unit", "推荐单位", lambda row: row.name, 18),
            Column("counts", "推荐", recommended, 22),
            paper(
                "annex-2",
                f"{team}{notice.summaries[Kind.COLLECTIVE].short}",
                notice.summaries[Kind.COLLECTIVE].label,
                printed=False,
            ),
            paper(
                "annex-3",
                f"{person}{notice.summaries[Kind.INDIVIDUAL].short}",
                notice.summaries[Kind.INDIVIDUAL].label,
                printed=False,
            ),
            paper("annex-6", notice.opinion_form.short, notice.opinion_form.label),
            paper("annex-7", notice.leaders_form.short, notice.leaders_form.label),
            paper("report-preliminary", "初步推荐报告", "初步报告"),
            package("preliminary", "初步推荐材料", lambda row: row.nominees),
            paper("report-formal", "正式推荐报告", "正式报告"),
            package("formal", "正式推荐材料", lambda row: row.formal),
        ],
        rows=rows,
        empty="这里没有您可以出具文书的推荐单位。公示的公告和异议处理情况报告在“公示”里。",
    )


def _paper(
    key: str,
    name: str,
    text: Callable[[RowT], str],
    address: Callable[[RowT], str],
    *,
    printed: bool = True,
    note: Callable[[RowT], str] | None = None,
) -> Column[RowT]:
    """Return the column of one paper: the link to its .docx where the row has it, and the PDF beside it."""

    def beside(row: RowT) -> tuple[str, str] | None:
        return pdf_link(address(row)) if printed and address(row) else None

    return Column(key, name, text, 14, href=address, note=note, beside=beside)


def _asking(programme: Programme, rows: list[Asked]) -> Listing[Asked]:
    def of(row: Asked) -> dict[str, Any]:
        return {"programme_id": programme.id, "unit_id": row.unit.id, "authority": row.authority}

    def letter(key: str, name: str, those: Callable[[Asked], int]) -> Column[Asked]:
        def address(row: Asked) -> str:
            return url_for("papers.letter_to_authority", which=key, **of(row)) if those(row) else ""

        return _paper(key, name, lambda row: f"{those(row)}个.docx" if those(row) else "", address)

    def record(row: Asked) -> str:
        return url_for("nominees.opinions_still_missing", **of(row)) if row.missing else ""

    def several(row: Asked) -> str:
        return f"每次登记{batches.MOST}个" if len(row.missing) > batches.MOST else ""

    units = {str(row.unit.id): row.unit.name for row in rows}
    return Listing(
        title="征求意见函",
        columns=[
            Column("unit", "推荐单位", lambda row: row.unit.name, 20),
            Column("authority", "征求谁的意见", lambda row: row.name, 20),
            letter("all", "征求意见函", lambda row: len(row.nominees)),
            letter("missing", "只列还没有答复的", lambda row: len(row.missing)),
            Column("answered", "已经答复", lambda row: len(row.answered), 10),
            Column(
                "record", "登记答复", lambda row: "登记答复" if row.missing else "已齐", 12, href=record, note=several
            ),
        ],
        rows=rows,
        empty="还没有要征求意见的推荐对象。通过初审以后，这里给每个机关一份函，附它那一份名单。",
        filters=[
            Filter("unit", "推荐单位", units, lambda row, unit: str(row.unit.id) == unit),
            Filter("authority", "机关", programme.rules.authority_names, lambda row, key: row.authority == key),
            Filter("missing", "答复", {"1": "还缺的"}, lambda row, _: bool(row.missing)),
        ],
    )


def _periods(programme: Programme, rows: list[Period]) -> Listing[Period]:
    def paper(key: str, name: str) -> Column[Period]:
        def address(period: Period) -> str:
            there = key in available.papers_of(period, now())
            return url_for("papers.of_period", period_id=period.id, paper=key) if there else ""

        return _paper(
            key,
            name,
            lambda period: "下载" if address(period) else "",
            address,
            note=lambda period: _copy(period) if key == "notice" else "",
        )

    return Listing(
        title="公示的文书",
        columns=[
            Column("title", "公示", lambda period: period.title, 30),
            Column("opens", "公示时间", lambda period: local_date(period.opens_at), 26, note=_until),
            Column("state", "状态", lambda period: PHASE_NAMES[period.phase(now())], 20, badge=lambda _: ""),
            paper("notice", "公示公告"),
            paper("cases", "异议处理情况报告"),
            paper("closing", "办结报告"),
        ],
        rows=rows,
        empty="还没有安排公示。安排以后，这里可以下载公示公告。",
        filters=[
            Filter(
                "round",
                "轮次",
                round_options([programme]),
                lambda period, number: str(period.round_number) == number,
            ),
            Filter(
                "state",
                "状态",
                {phase.value: name for phase, name in PHASE_NAMES.items() if phase is not Phase.CANCELLED},
                lambda period, phase: period.phase(now()) == phase,
            ),
        ],
    )


def _copy(period: Period) -> str:
    """Return what a notice is now: a draft that must not hang yet, or the archive copy."""
    if period.phase(now()) is Phase.SCHEDULED:
        return "稿本"
    return "存档" if now() >= period.closes_at else ""


def _until(period: Period) -> str:
    return f"至{day(last_day_before(period.closes_at))}"


def _nominees(programme: Programme, rows: StoredRows[Nominee]) -> Listing[Nominee]:
    notice, kinds = programme.rules, programme.rules.kind_names
    recommended = rows.counts_by(Nominee.recommender_id)
    recommenders = unit_options(session().scalars(select(Unit).where(of_ids(Unit.id, recommended))))
    return Listing(
        title="推荐对象的文书",
        columns=[
            Column(
                "name",
                "名称",
                lambda n: n.name,
                18,
                href=lambda n: url_for("nominees.nominee", nominee_id=n.id),
                sql=a_text(Nominee.name),
            ),
            Column("kind", "类别", lambda n: kinds[n.kind], 12, sql=a_name(Nominee.kind, kinds)),
            Column(
                "unit",
                "所在单位",
                lambda n: n.unit.name if n.unit.name != n.name else "",
                28,
                sql=a_text(OWN_UNIT_SHOWN),
            ),
            Column("recommender", "推荐单位", lambda n: n.recommender.name, 16, sql=a_text(RECOMMENDER.name)),
            _paper(
                "form",
                notice.forms[Kind.COLLECTIVE].short,
                lambda n: notice.forms[n.kind].label,
                lambda n: url_for("papers.of_nominee", nominee_id=n.id, paper="form"),
            ),
            _paper(
                "opinions",
                notice.opinion_form.short,
                lambda _: notice.opinion_form.label,
                lambda n: url_for("papers.of_nominee", nominee_id=n.id, paper="opinions"),
            ),
        ],
        rows=rows,
        empty="还没有推荐对象，或者都不由本单位推荐。请先导入推荐对象。",
        filters=[
            Filter("kind", "类别", kind_options([programme]), where=lambda kind: Nominee.kind == kind),
            Filter("recommender", "推荐单位", recommenders, where=lambda unit: Nominee.recommender_id == int(unit)),
        ],
        row_id=lambda n: n.id,
        counted=sum(recommended.values()),
    )


def _programme(programme_id: int) -> Programme:
    return session().get(Programme, programme_id) or abort(404)
