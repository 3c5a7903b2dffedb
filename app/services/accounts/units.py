"""Units: the tree own unit → recommending unit → office, their names and contact blocks (R13)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import asdict

from sqlalchemy import ColumnElement, case, func, literal, or_, select, text, true
from sqlalchemy.orm import Session, joinedload

from app.domain.accounts.unit_order import UnitPlace, place_of
from app.domain.cases.hands import UnitStaffing, choose_first_handler
from app.domain.cases.states import OPEN_STATES, Actor, Role, require_office
from app.domain.papers.issuing import fault_of_signed_as
from app.domain.programmes.contacts import LINES, Contact, fault_of_unit_name, faults_of_contact, missing_lines
from app.domain.refusals import AlreadyDone, BadValue, Fault, NotYourCase, StillNeeded, Unfit, WrongState
from app.models import Case, Entry, Import, ImportState, Nominee, Period, Programme, Quota, Unit, UnitKind, User
from app.models.expressions import Sound
from app.services.shared.leavers import find_disqualified
from app.services.shared.locks import lock_row, lock_row_if_any
from app.services.shared.stored_rows import StoredRows
from app.services.shared.work import Work, require_office_or_console, use_case

# The table alone: an alias of the class would configure every mapper in each process that imports this.
ABOVE = Unit.__table__.alias("above")
NO_CONTACT = Contact()
FULL_NAME = " · "  # between the name of a recommending unit and that of an own unit below it
# One office is made at a time. SQLite has one writer anyway.
_FOUNDING = text("SELECT pg_advisory_xact_lock(7100)")
BELOW = {UnitKind.OFFICE: UnitKind.RECOMMENDER, UnitKind.RECOMMENDER: UnitKind.OWN}


def units_visible_to(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on Unit that limits a list to the units this person may see.

    The office and the auditor see all. Others see their own unit and those below it.
    """
    if actor.role in (Role.OFFICE, Role.AUDITOR):
        return true()
    return or_(Unit.id == actor.unit_id, Unit.parent_id == actor.unit_id)


def tree(session: Session, actor: Actor) -> Sequence[Unit]:
    """List the office first, then each recommending unit with its own units below it."""
    found = select(Unit).where(units_visible_to(actor)).options(joinedload(Unit.parent))
    return in_order(session, session.scalars(found))


def first_to_choose(session: Session, actor: Actor, most: int, chosen: int | None) -> list[Unit]:
    """List the units in use that this person may see, `chosen` among them, in the order of `tree`.

    Of more than `most`, those come that stand above others, and the own units below the first of them.
    """
    in_use = units_visible_to(actor), Unit.retired_at.is_(None)
    own = Unit.kind == UnitKind.OWN
    wide = select(Unit).where(*in_use).options(joinedload(Unit.parent))
    above = in_order(session, session.scalars(wide.where(~own)))
    below = dict(
        session.execute(select(Unit.parent_id, func.count()).where(*in_use, own).group_by(Unit.parent_id)).all()
    )
    room = max(0, most - len(above))
    first = list(dict.fromkeys([*(unit.id for unit in above if unit.id in below), *below]))
    enough = next((n for n in range(len(first)) if sum(below[each] for each in first[:n]) >= room), len(first))
    places = case({each: place for place, each in enumerate(first[:enough])}, value=Unit.parent_id, else_=enough)
    wanted = wide.where(own, Unit.parent_id.in_(first[:enough])).order_by(places, Sound(Unit.name), Unit.id)
    some = session.scalars(wanted.limit(room)).all() if enough else []
    return in_order(session, [*above, *some, *session.scalars(wide.where(Unit.id == chosen))])


def recommending(session: Session) -> list[Unit]:
    """List the recommending units, in the one order of every list."""
    found = select(Unit).where(Unit.kind == UnitKind.RECOMMENDER).options(joinedload(Unit.parent))
    return in_order(session, session.scalars(found))


def stored_units(session: Session, actor: Actor) -> StoredRows[Unit]:
    """Return the units that this person may see, in the one order of every list (unit_order.py)."""
    own = Unit.kind == UnitKind.OWN
    above_id, above_name = case((own, Unit.parent_id), else_=Unit.id), case((own, ABOVE.c.name), else_=Unit.name)
    annex = _annex(session)
    order = (
        case((Unit.kind == UnitKind.OFFICE, 0), else_=1),
        case(annex, value=above_id, else_=len(annex)) if annex else literal(0),
        Sound(above_name),
        above_id,
        case((own, 1), else_=0),
        Sound(Unit.name),
        Unit.id,
    )
    source = select(Unit.id).outerjoin(ABOVE, Unit.parent_id == ABOVE.c.id).where(units_visible_to(actor))

    def load(ids: Sequence[int]) -> Sequence[Unit]:
        return session.scalars(select(Unit).where(Unit.id.in_(ids)).options(joinedload(Unit.parent))).all()

    return StoredRows(session, Unit.id, source, order, load, lambda unit: unit.id)


def _annex(session: Session) -> dict[int, int]:
    """Return the place of each recommending unit in annex 1 of the latest programme that names it."""
    latest = select(Quota.unit_id).join(Programme).order_by(Programme.created_at.desc(), Programme.id.desc(), Quota.id)
    return {unit_id: place for place, unit_id in enumerate(dict.fromkeys(session.scalars(latest)))}


def in_order(session: Session, found: Iterable[Unit]) -> list[Unit]:
    """Return units in the one order of every list (app/domain/accounts/unit_order.py), each once."""
    annex = _annex(session)

    def place(unit: Unit) -> UnitPlace:
        above = unit.parent if unit.kind is UnitKind.OWN and unit.parent is not None else unit
        return UnitPlace(unit.kind is UnitKind.OFFICE, above.id, above.name, unit.kind is UnitKind.OWN, unit.name)

    return sorted({unit.id: unit for unit in found}.values(), key=lambda unit: (place_of(place(unit), annex), unit.id))


def visible(session: Session, unit_id: int, actor: Actor) -> Unit:
    """Return a unit that this person may see. A head may keep its contact block. Raises NotYourCase."""
    unit = session.scalar(select(Unit).where(Unit.id == unit_id, units_visible_to(actor)))
    if unit is None:
        raise NotYourCase
    return unit


def office_of(session: Session) -> Unit | None:
    return session.scalar(select(Unit).where(Unit.kind == UnitKind.OFFICE))


def named(session: Session, name: str) -> Unit:
    """Return the unit of this name; an own unit may be written after the one above it, 麒麟区 · 某养护站.

    Raises BadValue where there is none, or more than one.
    """
    above, _, own = name.partition(FULL_NAME.strip())
    found = session.scalars(select(Unit).where(Unit.name.in_({name, own.strip()}))).all()
    found = [each for each in found if each.name == name or (each.parent and each.parent.name == above.strip())]
    if len(found) == 1:
        return found[0]
    if not found:
        raise BadValue("unit", f"没有名为“{name}”的单位。")
    names = "、".join(f"“{full_name(each)}”" for each in found)
    raise BadValue("unit", f"有{len(found)}个名为“{name}”的单位，请写明是哪一个：{names}。")


def full_name(unit: Unit) -> str:
    """Return a unit's name. An own unit's name says little alone, so the name of the unit above it comes first."""
    return f"{unit.parent.name}{FULL_NAME}{unit.name}" if unit.kind is UnitKind.OWN and unit.parent else unit.name


@use_case
def found_office(work: Work, name: str) -> Unit:
    """Make the office of a new portal, or return the one there is if it has this name. Raises BadValue.

    The command line does this, alone or with a programme's workbook: before it nobody can log in.
    """
    require_office_or_console(work)
    if work.session.get_bind().dialect.name == "postgresql":
        work.session.execute(_FOUNDING)
    office = office_of(work.session)
    if office is not None and office.name != name:
        raise BadValue("office", f"市级专班已经有了，名称是“{office.name}”，一个平台只有一个。")
    if office is not None:
        return office
    if words := fault_of_unit_name(name):
        raise BadValue("office", words)
    office = Unit(kind=UnitKind.OFFICE, name=name)
    work.session.add(office)
    work.session.flush()
    work.did("unit.added", office, name=name)
    return office


def chain_of_command(session: Session, unit: Unit) -> list[Unit]:
    """Return the handling unit and every unit above it, the office last (R28)."""
    chain = [unit]
    while chain[-1].kind is not UnitKind.OFFICE:
        chain.append(session.get_one(Unit, chain[-1].parent_id))
    return chain


def first_handler(session: Session, organiser: Unit, now: dt.datetime) -> Unit:
    """Return the unit that gets a case of this organiser's period if it is filed now (R21)."""
    chain = chain_of_command(session, organiser)
    first = choose_first_handler([UnitStaffing(each.id, each.deciders(now)) for each in chain])
    return next(each for each in chain if each.id == first)


def require_in_use(unit: Unit) -> None:
    """Raise WrongState for a retired unit. Whatever adds people or nominees to a unit checks this first."""
    if unit.retired_at is not None:
        raise WrongState(f"“{unit.name}”已经停用，不能再增加人员和推荐对象。")


@use_case
def add(work: Work, parent_id: int, name: str, contact: Contact = NO_CONTACT) -> Unit:
    """Add a recommending unit under the office, or an own unit under a recommending one. Raises Unfit, WrongState."""
    require_office_or_console(work)
    parent = lock_row(work.session, Unit, parent_id)  # two of one name at once take turns
    if parent.kind not in BELOW:
        raise BadValue("parent", "所在单位下面不能再设单位，请选市级专班或者推荐单位。")
    require_in_use(parent)
    faults = _faults_of_name(work.session, name, parent.id, None)
    faults += [] if contact.is_empty else faults_of_contact(contact)
    if faults:
        raise Unfit(faults)
    unit = Unit(kind=BELOW[parent.kind], name=name, parent_id=parent.id, **asdict(contact))
    work.session.add(unit)
    work.session.flush()
    work.did("unit.added", unit, name=name, unit=parent.id)
    return unit


@use_case
def rename(work: Work, unit_id: int, name: str) -> None:
    """Rename a unit. What was shown under the old name stays as it was shown. Raises Unfit."""
    require_office(work.actor)
    unit = work.session.get_one(Unit, unit_id)
    lock_row(work.session, Unit, unit.parent_id or unit.id)
    if faults := _faults_of_name(work.session, name, unit.parent_id, unit.id):
        raise Unfit(faults)
    if name == unit.name:
        return
    details = {"from": unit.name, "to": name}
    unit.name = name
    work.did("unit.renamed", unit, **details)


@use_case
def reach_at(work: Work, unit_id: int, contact: Contact, signed_as: str | None = None) -> None:
    """Change a unit's contact block and the names under which it signs. Raises Unfit, NotYourCase.

    The office may do this, and the head of the unit or of the one above. `signed_as`: None leaves the names as they
    are, "" is the unit's own name.
    """
    lock_row_if_any(work.session, Unit, unit_id)
    unit = visible(work.session, unit_id, work.actor)
    faults = faults_of_contact(contact) or _faults_of_emptying(unit, contact)
    if fault := fault_of_signed_as(signed_as or ""):
        faults.append(Fault("signed_as", fault))
    if faults:
        raise Unfit(faults)
    changed = put_contact(unit, contact)
    if signed_as is not None and signed_as.strip() != unit.signed_as:
        unit.signed_as = signed_as.strip()
        changed.append("signed_as")
    if changed:
        work.did("unit.contact_changed", unit, fields=changed)


def _faults_of_emptying(unit: Unit, contact: Contact) -> list[Fault]:
    """Return a fault for each line that a complete block would lose: a page of a period may name it (R13)."""
    if missing_lines(contact_of(unit)):
        return []
    return [Fault(line, f"{LINES[line][0]}公开在公示页面上，不能空着。") for line in missing_lines(contact)]


def contact_of(unit: Unit) -> Contact:
    return Contact(**{line: getattr(unit, line) for line in LINES})


def put_contact(unit: Unit, contact: Contact) -> list[str]:
    """Write a contact block over the one there. Returns the names of the lines that changed."""
    changed = [line for line, text in asdict(contact).items() if getattr(unit, line) != text]
    for line in changed:
        setattr(unit, line, getattr(contact, line))
    return changed


@use_case
def move(work: Work, unit_id: int, parent_id: int) -> None:
    """Move an own unit to another recommending unit. Raises StillNeeded, Unfit, WrongState."""
    require_office(work.actor)
    unit, parent = lock_row(work.session, Unit, unit_id), lock_row(work.session, Unit, parent_id)
    if unit.kind is not UnitKind.OWN or parent.kind is not UnitKind.RECOMMENDER:
        raise BadValue("parent", "只能把所在单位移到另一个推荐单位下面。")
    if parent.id == unit.parent_id:
        raise BadValue("parent", f"“{unit.name}”现在就在“{parent.name}”下面。")
    require_in_use(parent)
    _refuse_while_at_work(work, unit)
    if faults := _faults_of_name(work.session, unit.name, parent.id, unit.id):
        raise Unfit([Fault("parent", fault.words) for fault in faults])
    details = {"from": unit.parent_id, "to": parent.id}
    unit.parent_id = parent.id
    work.did("unit.moved", unit, **details)


@use_case
def retire(work: Work, unit_id: int) -> None:
    """Retire a unit. Nothing new is added to it, what is there stays. Raises StillNeeded, AlreadyDone."""
    require_office(work.actor)
    unit = lock_row(work.session, Unit, unit_id)
    if unit.retired_at is not None:
        raise AlreadyDone(f"“{unit.name}”已经停用。")
    if unit.kind is UnitKind.OFFICE:
        raise StillNeeded("市级专班不能停用。")
    _refuse_while_at_work(work, unit)
    below = work.session.scalar(select(func.count(Unit.id)).where(Unit.parent_id == unit.id, Unit.retired_at.is_(None)))
    if below:
        raise StillNeeded(f"“{unit.name}”下面还有{below}个在用的单位，请先停用它们，或者移到别的推荐单位。")
    people = work.session.scalar(select(func.count(User.id)).where(User.unit_id == unit.id, User.disabled_at.is_(None)))
    if people:
        raise StillNeeded(f"“{unit.name}”还有{people}个在用的账号，请先停用，或者调到别的单位。")
    waiting = select(func.count(Import.id)).where(Import.state.in_((ImportState.WAITING, ImportState.CHECKED)))
    if imports := work.session.scalar(waiting.where(Import.unit_id == unit.id)):
        raise StillNeeded(f"“{unit.name}”还有{imports}份导入没有确认，请先确认或者放弃。")
    unit.retired_at = work.now
    work.did("unit.retired", unit)


@use_case
def restore(work: Work, unit_id: int) -> None:
    """Put a retired unit back into use. Raises AlreadyDone, WrongState (the unit above it is retired)."""
    require_office(work.actor)
    unit = lock_row(work.session, Unit, unit_id)
    if unit.retired_at is None:
        raise AlreadyDone(f"“{unit.name}”没有停用。")
    if unit.parent_id is not None:
        require_in_use(lock_row(work.session, Unit, unit.parent_id))  # nobody retires it meanwhile
    unit.retired_at = None
    work.did("unit.restored", unit)


def _refuse_while_at_work(work: Work, unit: Unit) -> None:
    """Raise StillNeeded while a unit has open cases, or nominees that still stand in a running programme."""
    nominees = work.session.scalars(
        select(Nominee.id)
        .join(Programme, Nominee.programme_id == Programme.id)
        .where(
            or_(Nominee.unit_id == unit.id, Nominee.recommender_id == unit.id),
            Nominee.withdrawn_at.is_(None),
            Programme.archived_at.is_(None),
        )
    ).all()
    if standing := len(set(nominees) - find_disqualified(work.session, nominees, work.now)):
        raise StillNeeded(f"“{unit.name}”在没有归档的活动里还有{standing}个推荐对象，活动归档以后再办。")
    cases = work.session.scalar(
        select(func.count(Case.id))
        .join(Entry, Case.entry_id == Entry.id)
        .join(Period, Entry.period_id == Period.id)
        .where(Case.handler_unit_id == unit.id, Case.state.in_(OPEN_STATES), Period.conclude_by > work.now)
    )
    if cases:
        raise StillNeeded(f"“{unit.name}”还有{cases}件异议没有办结，办结以后再办。")


def _faults_of_name(session: Session, name: str, parent_id: int | None, but: int | None) -> list[Fault]:
    if words := fault_of_unit_name(name):
        return [Fault("name", words)]
    beside = Unit.parent_id == parent_id if parent_id else Unit.parent_id.is_(None)
    same = session.scalar(select(Unit.id).where(Unit.name == name, beside, Unit.id != (but or 0)).limit(1))
    return [Fault("name", f"这里已经有名为“{name}”的单位，请核对。")] if same else []
