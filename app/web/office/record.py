"""The audit record, for the office and the auditor: to read, and to check the chain (R32)."""

from __future__ import annotations

import json

from flask import render_template, request
from flask.typing import ResponseReturnValue

from app.domain.cases import Role
from app.services import history, record
from app.web.access import allow
from app.web.forms import clean
from app.web.office.blueprint import blueprint
from app.web.portal import number, session

_PER_PAGE = 50


@blueprint.get("/record")
@allow(Role.OFFICE, Role.AUDITOR)
def audit_record() -> ResponseReturnValue:
    page = max(1, request.args.get("page", 1, type=number))
    subject = clean(request.args.get("subject"))[:60]
    action = clean(request.args.get("action"))[:60]
    kept = clean(request.args.get("kept"))[:200]
    heads = record.heads_in(kept)
    wants_check = request.args.get("verify") == "1"
    names = history.user_names(session())
    rows, total = record.page_of_rows(session(), page, _PER_PAGE, subject=subject, action=action)
    return render_template(
        "office/record.html",
        rows=rows,
        details={row.id: json.loads(row.details) for row in rows},
        who={row.id: history.who(row.actor, names) for row in rows},
        act_name=history.act_name,
        total=total,
        page=page,
        pages=max(1, -(-total // _PER_PAGE)),
        subject=subject,
        action=action,
        head=record.head(session()),
        kept=kept,
        kept_is_none=bool(kept) and not heads,
        verification=record.verify(session(), heads) if wants_check else None,
    )
