"""The list of nominees, and the page of one: its rounds, and what blocks the next."""

from __future__ import annotations

from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from app.domain.nominees.statuses import STATUS_NAMES, Status
from app.models import Nominee, Programme, Unit
from app.services.award import revocation
from app.services.nominees import access, dossiers, gates, listed, nominating
from app.services.nominees.dossiers import DossierView
from app.services.nominees.listed import OWN_UNIT_SHOWN, RECOMMENDER, ListedNominee
from app.services.nominees.statuses import status_in_sql
from app.services.office.nominee_actions import actions_for
from app.services.office.nominee_paths import path_of
from app.services.programmes.listing import all_programmes
from app.services.shared.stored_rows import InSql, a_name, a_number, a_text, of_ids
from app.web.nominees import columns
from app.web.nominees.blueprint import blueprint
from app.web.nominees.forms import describe_files, empty_forms
from app.web.nominees.standing_panel import panel_of
from app.web.shared.access import OFFICE_AND_UNITS, actor, allow, me
from app.web.shared.attempts import UNTRIED, Attempt
from app.web.shared.forms import PlainForm
from app.web.shared.lists import Column, Filter, Listing, unit_options
from app.web.shared.notices import kind_options
from app.web.shared.portal import now, number, portal, session
from app.web.shared.words import STATUS_BADGES


class NomineeButton(PlainForm):
    """A button, nothing to fill in."""


@blueprint.get("/")
@allow(*OFFICE_AND_UNITS)
def nominees() -> ResponseReturnValue:
    programmes = all_programmes(session())
    programme_id = request.args.get("programme", type=number) or (programmes[0].id if programmes else 0)
    programme = session().get(Programme, programme_id)
    return _listing(programme).answer(
        "nominees/nominees.html",
        programmes=programmes,
        programme_id=programme_id,
        notice=programme.rules if programme else None,
        share=gates.share_of(session(), programme, now()) if programme and actor().is_office else None,
        me=me(),
        nominates=bool(nominating.recommenders(session(), programme_id, actor())),
    )


@blueprint.get("/<int:nominee_id>")
@allow(*OFFICE_AND_UNITS)
def nominee(nominee_id: int) -> ResponseReturnValue:
    return nominee_page(nominee_id)


def _listing(programme: Programme | None) -> Listing[ListedNominee]:
    """Return a programme's nominees as a list."""
    if programme is None:
        return Listing("推荐对象", [], [], "还没有推荐对象。")
    rows = listed.stored_nominees(session(), portal().keyring, programme, actor(), now())
    there = listed.find_there(rows, programme, now())
    recommenders = unit_options(session().scalars(select(Unit).where(of_ids(Unit.id, there.recommenders))))
    offered = there.statuses | {Status.RUNNING}
    kinds = programme.rules.kind_names
    status = status_in_sql(session(), now())
    return Listing(
        title="推荐对象",
        columns=[
            Column("name", "名称", lambda n: n.nominee.name, 18, href=_address, sql=a_text(Nominee.name)),
            Column("unit", "所在单位", _unit, 28, sql=a_text(OWN_UNIT_SHOWN)),
            Column("kind", "类别", lambda n: kinds[n.nominee.kind], 12, sql=a_name(Nominee.kind, kinds)),
            Column("recommender", "推荐单位", lambda n: n.nominee.recommender.name, 16, sql=a_text(RECOMMENDER.name)),
            Column("position", "排序", lambda n: n.nominee.position, 8, sql=a_number(Nominee.position)),
            Column(
                "status",
                "状态",
                lambda n: STATUS_NAMES[n.status],
                18,
                badge=lambda n: STATUS_BADGES[n.status],
                note=lambda n: n.why_out,
                sql=a_name(status, STATUS_NAMES),
            ),
            Column(
                "disqualified",
                "取消参评资格的原因",
                lambda n: n.why_out,
                24,
                sheet_only=True,
                sql=InSql(finds=listed.has_ground),
            ),
            *columns.of_standing(),
        ],
        rows=rows,
        empty="还没有推荐对象。",
        filters=[
            Filter("kind", "类别", kind_options([programme]), where=lambda kind: Nominee.kind == kind),
            Filter("recommender", "推荐单位", recommenders, where=lambda unit: Nominee.recommender_id == int(unit)),
            Filter(
                "status",
                "状态",
                {each.value: name for each, name in STATUS_NAMES.items() if each in offered},
                where=lambda wanted: status == wanted,
            ),
            Filter("out", "取消资格", {"1": "只看取消过资格的"}, where=lambda _: listed.was_out(session(), now())),
            *columns.filters_of_standing(
                lambda: listed.standings_of_all(rows, portal().keyring, programme, actor(), now())
            ),
        ],
        row_id=lambda n: n.id,
        keep=("programme",),
        counted=there.total,
    )


def _address(row: ListedNominee) -> str:
    return url_for("nominees.nominee", nominee_id=row.id)


def _unit(row: ListedNominee) -> str:
    return row.nominee.unit.name if row.nominee.unit.name != row.nominee.name else ""


def nominee_page(
    nominee_id: int,
    tried: Attempt[Any] = UNTRIED,
    name: str = "",
    form: PlainForm | None = None,
    *,
    dossier: DossierView | None = None,
) -> ResponseReturnValue:
    """Show one nominee. A refused form is shown open with what was typed; `name` is its name in the template."""
    found = access.find_visible(session(), nominee_id, actor())
    forms = empty_forms(found.programme.rules) | ({name: form} if form else {})
    describe_files(forms, found.programme.rules)
    path = path_of(session(), portal().keyring, nominee_id, now(), actor())
    html = render_template(
        "nominees/nominee.html",
        nominee=found,
        path=path,
        offers=actions_for(session(), found, actor(), now()),
        honour=revocation.honour_of(session(), nominee_id),
        forms=forms,
        tried=name,
        refusal=tried.on_top,
        panel=panel_of(path.standing),
        button=NomineeButton(formdata=None),
        dossier=dossier or dossiers.view_dossier(session(), portal().keyring, nominee_id, actor()),
        me=me(),
        recused=access.is_recused(session(), nominee_id, actor().user_id),
        now=now(),
    )
    return html, tried.status
