"""Invariants of requests about one's own data: sealed, and on the record (R19, R32)."""

from __future__ import annotations

from sqlalchemy import Select, String, cast, exists, func, literal, or_, select

from app.models import AuditRow, DataRequest
from app.services.record.checks.registry import LiveData, invariant

_SHORTEST_SEALED = 16


@invariant("R19", "个人信息请求和答复是密文")
def data_request_is_sealed(_live: LiveData) -> Select[int]:
    short = (func.length(column) < _SHORTEST_SEALED for column in (DataRequest.sealed, DataRequest.sealed_answer))
    return select(DataRequest.id).where(or_(*short))


@invariant("R32", "每件个人信息请求的登记在记录里")
def data_request_is_on_the_record(_live: LiveData) -> Select[int]:
    subject = literal("data_request:") + cast(DataRequest.id, String)
    registered = exists().where(AuditRow.action == "data_request.registered", AuditRow.subject == subject)
    return select(DataRequest.id).where(~registered)
