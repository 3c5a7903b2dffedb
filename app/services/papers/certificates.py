"""证书名单: whom certificates are written for, as the source of a mail merge (邮件合并) in WPS or Word.

Every name stands as the decision froze it, in the decision's order. An award that was taken back has no certificate.
"""

from __future__ import annotations

from functools import partial

from sqlalchemy.orm import Session

from app import sheets
from app.domain.cases.states import require_office
from app.domain.periods.rounds import Kind
from app.domain.refusals import WrongState
from app.domain.shared.wording import full_day
from app.models import Honour, Programme
from app.services.award.revocation import honours_of
from app.services.papers.paper import Clerk, Paper, file_named

# The merge fields: letters and nothing else, as they become «名称» in the certificate.
FIELDS = (
    ("序号", 8),
    ("名称", 24),
    ("类别", 14),
    ("荣誉称号", 44),
    ("所在单位", 30),
    ("推荐单位", 20),
    ("发文机关", 24),
    ("决定文号", 24),
    ("决定日期", 18),
)


def merge_list(session: Session, programme_id: int, kind: Kind | None, clerk: Clerk) -> Paper:
    """Return the list of one kind, or of both where `kind` is None. Raises NotAllowed, WrongState before the decision.

    One sheet, the fields in its first row, a row a certificate: nothing above, below or between.
    """
    require_office(clerk.actor)
    programme = session.get_one(Programme, programme_id)
    honours = [
        honour
        for honour in honours_of(session, programme_id, clerk.actor)
        if kind in (None, honour.kind) and not honour.is_revoked
    ]
    if not honours:
        raise WrongState("没有可以写证书的名单：作出表彰决定以后才有，已撤销的不在其中。")
    what = programme.rules.kind_names[kind] if kind else ""
    rows = [_row(programme, honour) for honour in honours]
    return Paper(file_named(f"{what}证书邮件合并名单.xlsx"), partial(sheets.sheet, "证书", FIELDS, rows))


def _row(programme: Programme, honour: Honour) -> list[str | int]:
    honours = {Kind.COLLECTIVE: programme.collective_honour, Kind.INDIVIDUAL: programme.individual_honour}
    texts = (
        honour.name,
        programme.rules.kind_names[honour.kind],
        honours[honour.kind],
        honour.unit,
        honour.recommender,
        honour.decision.issuer,
        honour.decision.number,
        full_day(honour.decision.dated),
    )
    return [honour.position, *(text.strip() for text in texts)]
