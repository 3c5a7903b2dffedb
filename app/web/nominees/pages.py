"""The list of nominees, and the page of one: its rounds, and what blocks the next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.domain.cases.verdict import GROUND_NAMES, Ground
from app.domain.nominees.statuses import STATUS_NAMES, Status
from app.models import Nominee, Programme
from app.services.award import revocation
from app.services.nominees import access, dossiers, gates, nominating
from app.services.nominees.dossiers import DossierView
from app.services.nominees.fates import Fates, fates_of
from app.services.nominees.gates import NomineeStanding
from app.services.office.nominee_actions import actions_for
from app.services.office.nominee_paths import path_of
from app.services.programmes.listing import all_programmes
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
    fates = fates_of(session(), programme_id, actor(), now())
    programme = session().get(Programme, programme_id)
    standings = {}
    if programme is not None:
        standings = gates.find_standings(session(), portal().keyring, programme, fates.nominees, now(), actor())
    return listing_of(fates, standings).answer(
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


def listing_of(fates: Fates, standings: Mapping[int, NomineeStanding]) -> Listing[Nominee]:
    """Return a programme's nominees as a list."""
    recommenders = unit_options(each.recommender for each in fates.nominees)
    kinds = kind_options(each.programme for each in fates.nominees)

    def status(nominee: Nominee) -> Status:
        return standings[nominee.id].status

    def disqualified(nominee: Nominee) -> str:
        written = fates.disqualifications.get(nominee.id, [])
        standing = next((row.ground for row in written if row.stands), Ground.LAPSED)
        if nominee.id in fates.out:
            return GROUND_NAMES[standing]
        return "取消资格的决定已撤销" if written else ""

    there = {status(nominee) for nominee in fates.nominees} | {Status.RUNNING}
    return Listing(
        title="推荐对象",
        columns=[
            Column("name", "名称", lambda n: n.name, 18, href=lambda n: url_for("nominees.nominee", nominee_id=n.id)),
            Column("unit", "所在单位", lambda n: n.unit.name if n.unit.name != n.name else "", 28),
            Column("kind", "类别", lambda n: n.programme.rules.kind_names[n.kind], 12),
            Column("recommender", "推荐单位", lambda n: n.recommender.name, 16),
            Column("position", "排序", lambda n: n.position, 8),
            Column(
                "status",
                "状态",
                lambda n: STATUS_NAMES[status(n)],
                18,
                badge=lambda n: STATUS_BADGES[status(n)],
                note=disqualified,
            ),
            Column("disqualified", "取消参评资格的原因", disqualified, 24, sheet_only=True),
            *columns.of_standing(standings),
        ],
        rows=fates.nominees,
        empty="还没有推荐对象。",
        filters=[
            Filter("kind", "类别", kinds, lambda n, kind: n.kind == kind),
            Filter("recommender", "推荐单位", recommenders, lambda n, unit: str(n.recommender_id) == unit),
            Filter(
                "status",
                "状态",
                {each.value: name for each, name in STATUS_NAMES.items() if each in there},
                lambda n, wanted: status(n) == wanted,
            ),
            Filter("out", "取消资格", {"1": "只看取消过资格的"}, lambda n, _: n.id in fates.touched),
            *columns.filters_of_standing(standings),
        ],
        row_id=lambda n: n.id,
        keep=("programme",),
    )


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
    html = render_template(
        "nominees/nominee.html",
        nominee=found,
        path=path_of(session(), portal().keyring, nominee_id, now(), actor()),
        offers=actions_for(session(), found, actor(), now()),
        honour=revocation.honour_of(session(), nominee_id),
        forms=forms,
        tried=name,
        refusal=tried.on_top,
        panel=panel_of(found),
        button=NomineeButton(formdata=None),
        dossier=dossier or dossiers.view_dossier(session(), portal().keyring, nominee_id, actor()),
        me=me(),
        recused=access.is_recused(session(), nominee_id, actor().user_id),
        now=now(),
    )
    return html, tried.status
