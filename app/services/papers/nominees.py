"""The annexes of the notice with what is known of the nominees: 2 and 3, 4 and 5, 6 and 7."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from itertools import zip_longest
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app import richtext
from app.domain.calendar.workdays import local_date
from app.domain.cases.states import Actor
from app.domain.periods.rounds import Kind
from app.domain.refusals import NotYourCase, WrongState
from app.models import Nominee, Programme, Quota, Unit
from app.papers.form_writing import write_form
from app.papers.summaries import write_summary
from app.sealing import Keyring
from app.services.imports.blanks import form_title, summary_title
from app.services.nominees import access, dossiers, gates, reviews
from app.services.papers.paper import Clerk, Paper, Stationery, file_named, recommender_for, title_lines
from app.services.papers.stored import photos_of, read_no_photo
from app.services.shared import leavers

_LEADERS_OF_A_UNIT = 8  # lines left free in annex 7
_TICKED, _FREE = "☑", "□"


def list_remaining(session: Session, programme_id: int, unit_id: int, now: dt.datetime) -> list[Nominee]:
    """List a unit's nominees that neither withdrew nor are out, collectives first, in the order of preference."""
    rows = session.scalars(
        select(Nominee)
        .where(Nominee.programme_id == programme_id, Nominee.recommender_id == unit_id)
        .order_by(Nominee.kind, Nominee.position, Nominee.id)
        .options(joinedload(Nominee.unit), joinedload(Nominee.recommender))
    ).all()
    left = leavers.describe_left(session, rows, now)
    return [row for row in rows if row.id not in left]


def leave_out_refused(session: Session, found: Sequence[Nominee]) -> list[Nominee]:
    """Return the nominees whom the office's review has not refused: those who stand in the formal papers."""
    turned_down = reviews.find_refused(session, [one.id for one in found])
    return [one for one in found if one.id not in turned_down]


def find_formal(
    session: Session, keyring: Keyring, programme: Programme, found: Sequence[Nominee], now: dt.datetime, actor: Actor
) -> list[Nominee]:
    """Return the nominees that passed every step before the formal hand-in at this moment, in the order given.

    A case that the reader may not see keeps nobody out: nothing tells of it (R19). Raises SealBroken.
    """
    standings = gates.find_standings(session, keyring, programme, found, now, actor)
    return [one for one in found if not standings[one.id].obstacles_to_formal]


def find_chosen(session: Session, programme_id: int, nominee_ids: Iterable[int], actor: Actor) -> list[Nominee]:
    """Nominees of one programme picked from a list, in its order. Raises NotYourCase if one is another unit's."""
    wanted = set(nominee_ids)
    found = [
        row
        for row in access.of_programme(session, programme_id, actor)
        if row.id in wanted and (actor.is_office or row.recommender_id == actor.unit_id)
    ]
    if len(found) != len(wanted):
        raise NotYourCase
    return found


def fields_of(session: Session, keyring: Keyring, found: Sequence[Nominee]) -> dict[int, dict[str, str]]:
    """Return everything that the forms ask of these nominees, by id: what is public of them and what is sealed."""
    sealed = dossiers.fields_of(session, keyring, [one.id for one in found])
    return {one.id: _own(one) | sealed[one.id] for one in found}


def _own(one: Nominee) -> dict[str, str]:
    group = "unit_type" if one.kind is Kind.COLLECTIVE else "status"
    return {
        "name": one.name,
        "unit": one.unit.name,
        "recommender": one.recommender.name,
        "post": one.post,
        "trade": one.trade,
        "deeds": "\n".join(richtext.paragraphs(one.deeds)),
        group: one.category,
    }


def summary(session: Session, programme_id: int, unit_id: int, kind: Kind, clerk: Clerk) -> Paper:
    """Annex 2 or 3: a unit's collectives or individuals in one table. Raises NotYourCase."""
    programme, unit = recommender_for(session, programme_id, unit_id, clerk.actor)
    found = [one for one in list_remaining(session, programme_id, unit_id, clerk.now) if one.kind is kind]
    return summary_paper(programme, unit, kind, list(fields_of(session, clerk.vault.keyring, found).values()))


def summary_paper(programme: Programme, unit: Unit, kind: Kind, rows: Sequence[Mapping[str, str]]) -> Paper:
    notice = programme.rules
    annex = notice.summaries[kind]
    name = file_named(f"{annex.label} {unit.name}{annex.heading}.xlsx")
    title = summary_title(programme, kind)
    return Paper(name, partial(write_summary, kind, title, unit.name, None, rows, notice=notice))


def form(
    programme: Programme,
    one: Nominee,
    fields: Mapping[str, str],
    photo: Callable[[], bytes | None],
    stationery: Stationery,
) -> Paper:
    """Annex 4 or 5 of one nominee, named as the notice wants it: 推荐单位—姓名."""
    kind, title, notice = one.kind, form_title(programme, one.kind), programme.rules

    def write() -> bytes:
        return write_form(kind, fields, title, photo(), notice=notice, folder=stationery.templates)

    return Paper(file_named(f"{notice.forms[kind].label} {one.recommender.name}—{one.name}.docx"), write)


def opinion_forms(programme: Programme, found: Sequence[Nominee], stationery: Stationery, name: str) -> Paper:
    """Annex 6, a page for each of these nominees, for the authorities to fill in and seal. Raises WrongState."""
    if not found:
        raise WrongState("没有推荐对象可以征求意见。请先导入推荐对象，或者在名单里勾选。")
    notice, annex = programme.rules, programme.rules.opinion_form
    names = [*notice.authority_names.values()]
    context = {
        "annex": annex.label,
        "heading": title_lines(_honour_of_both(programme)),
        "form": annex.heading,
        "notes": notice.printed_notes(annex),
        "nominees": [_asked_about(one) for one in found],
        # Two side by side; beside the last of an odd number nobody.
        "authorities": list(zip_longest(names[::2], names[1::2], fillvalue="")),
    }
    return stationery.written("opinions.docx", f"{annex.label} {name}{annex.short}", context)


def _honour_of_both(programme: Programme) -> str:
    """Return what both honours begin with, as annex 6 is headed: the honour without its kind."""
    kinds = programme.rules.kind_names
    honours = [programme.collective_honour, programme.individual_honour]
    stems = {honour.removesuffix(name) for honour, name in zip(honours, (kinds[kind] for kind in Kind), strict=True)}
    return stems.pop() if len(stems) == 1 and stems != set(honours) else programme.title


def form_of_nominee(session: Session, nominee_id: int, clerk: Clerk) -> Paper:
    """Annex 4 or 5 of a nominee, with its photo. Raises NotYourCase."""
    one = access.find_recommended(session, nominee_id, clerk.actor)
    programme = session.get_one(Programme, one.programme_id)
    photo = photos_of(session, clerk.vault, [one]).get(one.id)
    fields = fields_of(session, clerk.vault.keyring, [one])[one.id]
    return form(programme, one, fields, photo.whole if photo else read_no_photo, clerk.stationery)


def opinion_form_of_nominee(session: Session, nominee_id: int, clerk: Clerk) -> Paper:
    """Annex 6 of one nominee. Raises NotYourCase."""
    one = access.find_recommended(session, nominee_id, clerk.actor)
    programme = session.get_one(Programme, one.programme_id)
    return opinion_forms(programme, [one], clerk.stationery, f"{one.recommender.name}—{one.name}")


def opinion_forms_of_unit(session: Session, programme_id: int, unit_id: int, clerk: Clerk) -> Paper:
    """Annex 6 of all of a unit that are asked about. Raises NotYourCase, WrongState."""
    programme, unit = recommender_for(session, programme_id, unit_id, clerk.actor)
    found = leave_out_refused(session, list_remaining(session, programme_id, unit_id, clerk.now))
    return opinion_forms(programme, found, clerk.stationery, unit.name)


def opinion_forms_of(session: Session, programme_id: int, nominee_ids: Iterable[int], clerk: Clerk) -> Paper:
    """Annex 6 of nominees ticked in a list. Raises NotYourCase, WrongState."""
    found = find_chosen(session, programme_id, nominee_ids, clerk.actor)
    return opinion_forms(session.get_one(Programme, programme_id), found, clerk.stationery, "推荐对象")


def _asked_about(one: Nominee) -> dict[str, str]:
    collective = one.kind is Kind.COLLECTIVE
    return {
        "is_collective": _TICKED if collective else _FREE,
        "is_individual": _FREE if collective else _TICKED,
        "collective": one.name if collective else "",
        "collective_unit": one.unit.name if collective else "",
        "person": "" if collective else one.name,
        "person_unit": "" if collective else one.unit.name,
        "post": "" if collective else one.post,
    }


def is_municipal(session: Session, programme: Programme, unit_id: int) -> bool:
    """Return whether annex 7 is asked of a unit.

    It is asked of the units that annex 1 puts under that heading, and of all where annex 1 has no headings.
    """
    programme_id = programme.id
    headings = session.execute(select(Quota.unit_id, Quota.heading).where(Quota.programme_id == programme_id)).all()
    named = {unit: heading for unit, heading in headings if heading}
    return programme.rules.leaders_of in named.get(unit_id, "") if named else True


def leaders_form(
    programme: Programme, unit: Unit, found: Sequence[tuple[Nominee, Mapping[str, str]]], stationery: Stationery
) -> Paper:
    """Write annex 7 with a unit's collectives and their codes.

    The rest is filled in by hand: the portal wants no such number.
    """
    asked = programme.stages[0].starts_on if programme.stages else local_date(programme.created_at)
    notice, annex = programme.rules, programme.rules.leaders_form
    context: dict[str, Any] = {
        "annex": annex.label,
        "heading": "\n".join((annex.heading, *notice.printed_notes(annex))),
        "unit": unit.name,
        "span": f"{asked.year - 2}年1月—{asked.year}年{asked.month}月",
        "units": [
            {
                "name": one.name,
                "credit_code": fields.get("credit_code", ""),
                "blanks": list(range(_LEADERS_OF_A_UNIT)),
            }
            for one, fields in found
            if one.kind is Kind.COLLECTIVE
        ],
    }
    if not context["units"]:
        name = notice.kind_names[Kind.COLLECTIVE]
        raise WrongState(f"本单位没有推荐{name}，不需要填报{annex.label}。")
    return stationery.written("leaders.docx", f"{annex.label} {unit.name}{annex.heading}", context)


def leaders_form_of_unit(session: Session, programme_id: int, unit_id: int, clerk: Clerk) -> Paper:
    """Annex 7 of a unit. Raises NotYourCase, WrongState where it recommends no collective."""
    programme, unit = recommender_for(session, programme_id, unit_id, clerk.actor)
    found = leave_out_refused(session, list_remaining(session, programme_id, unit_id, clerk.now))
    fields = fields_of(session, clerk.vault.keyring, found)
    return leaders_form(programme, unit, [(one, fields[one.id]) for one in found], clerk.stationery)
