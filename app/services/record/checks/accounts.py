"""Invariants of units, of their people and of how these come in (R21, R22)."""

from __future__ import annotations

from sqlalchemy import Select, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from app.domain.accounts.staffing import UNIT_ROLES
from app.domain.cases.states import OPEN_STATES, Role
from app.models import Case, Deputy, Period, SecondFactor, StaffSession, Unit, UnitKind, User
from app.services.record.checks.registry import LiveData, cases_in_periods, invariant, is_on_record


@invariant("R21", "单位的上下级是：所在单位、推荐单位、市级专班")
def units_form_a_tree(_live: LiveData) -> Select[int]:
    above = aliased(Unit)
    fits = or_(
        and_(Unit.kind == UnitKind.OFFICE, Unit.parent_id.is_(None)),
        and_(Unit.kind == UnitKind.RECOMMENDER, above.kind == UnitKind.OFFICE),
        and_(Unit.kind == UnitKind.OWN, above.kind == UnitKind.RECOMMENDER),
    )
    return select(Unit.id).outerjoin(above, Unit.parent_id == above.id).where(~func.coalesce(fits, False))


@invariant("R21", "市级专班只有一个")
def there_is_one_office(_live: LiveData) -> Select[int]:
    first = select(func.min(Unit.id)).where(Unit.kind == UnitKind.OFFICE).scalar_subquery()
    return select(Unit.id).where(Unit.kind == UnitKind.OFFICE, Unit.id != first)


@invariant("R21", "账号的角色与所属单位相符")
def role_fits_the_unit(_live: LiveData) -> Select[int]:
    of_office = Unit.kind == UnitKind.OFFICE
    unfit = or_(and_(User.role == Role.OFFICE, ~of_office), and_(User.role.in_(UNIT_ROLES), of_office))
    return select(User.id).join(Unit, User.unit_id == Unit.id).where(unfit)


@invariant("R21", "停用的单位没有在用的账号")
def retired_unit_has_no_accounts(_live: LiveData) -> Select[int]:
    query = select(User.id).join(Unit, User.unit_id == Unit.id)
    return query.where(Unit.retired_at.is_not(None), User.disabled_at.is_(None))


@invariant("R21", "停用的单位下面没有在用的单位")
def retired_unit_has_no_units_below(_live: LiveData) -> Select[int]:
    above = aliased(Unit)
    query = select(Unit.id).join(above, Unit.parent_id == above.id)
    return query.where(above.retired_at.is_not(None), Unit.retired_at.is_(None))


@invariant("R21", "停用的账号没有登录着")
def disabled_account_is_logged_in_nowhere(_live: LiveData) -> Select[int]:
    alive = StaffSession.ended_at.is_(None) & (StaffSession.epoch == User.session_epoch)
    query = select(StaffSession.id).join(User, StaffSession.user_id == User.id)
    return query.where(User.disabled_at.is_not(None), alive)


@invariant("R21", "停用的账号名下没有还没办结的案件")
def disabled_account_has_no_open_case(live: LiveData) -> Select[int]:
    of_disabled = exists().where(User.id == Case.assignee_id, User.disabled_at.is_not(None))
    return cases_in_periods(Case.state.in_(OPEN_STATES), Period.conclude_by > live.now, of_disabled)


@invariant("R21", "一个人一天只由一个人代理")
def nobody_has_two_deputies_on_a_day(_live: LiveData) -> Select[int]:
    other = aliased(Deputy)
    meet = and_(Deputy.first_day <= other.last_day, other.first_day <= Deputy.last_day)
    same = and_(Deputy.absent_id == other.absent_id, Deputy.id != other.id, meet)
    return select(Deputy.id).join(other, same).where(Deputy.ended_at.is_(None), other.ended_at.is_(None))


@invariant("R22", "别人给的密码有期限")
def given_out_password_expires(_live: LiveData) -> Select[int]:
    return select(User.id).where(User.must_change_password, User.password_expires_at.is_(None))


@invariant("R22", "同意启用账号的人不是本人，也不是发放密码的人")
def agreement_is_by_somebody_else(_live: LiveData) -> Select[int]:
    return select(User.id).where(or_(User.agreed_by == User.id, User.agreed_by == User.password_given_by))


@invariant("R22", "账号的同意启用和本人验证都在发放密码以后，记录在案")
def agreement_is_on_the_record(_live: LiveData) -> Select[int]:
    recorded = or_(is_on_record("user.agreed", "user", User.id), is_on_record("user.proved", "user", User.id))
    too_early = User.agreed_at < User.password_given_at
    return select(User.id).where(User.agreed_at.is_not(None), too_early | ~recorded)


@invariant("R22", "二次验证的密钥是确认过的")
def second_factor_is_confirmed(_live: LiveData) -> Select[int]:
    secret, confirmed = SecondFactor.sealed_secret.is_not(None), SecondFactor.confirmed_at.is_not(None)
    return select(SecondFactor.user_id).where(secret != confirmed)
