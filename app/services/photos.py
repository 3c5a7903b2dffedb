"""The photo of an individual, handed in by itself: judged by the notice's rule and kept as it came."""

from __future__ import annotations

import datetime as dt
from typing import BinaryIO

from sqlalchemy.orm import Session

from app.domain.cases import Actor
from app.domain.errors import FileRefused, NotYourCase
from app.domain.rounds import Kind
from app.evidence.inspection import inspect
from app.models import Nominee, Programme, Purpose
from app.services import documents, nominees
from app.services.files import Vault
from app.services.import_content import photo_faults
from app.services.programmes import require_running
from app.services.record import Act, by_user, on_nominee, record


def receive(
    session: Session, vault: Vault, nominee_id: int, title: str, upload: BinaryIO, actor: Actor, now: dt.datetime
) -> None:
    """Keep somebody's photo; the latest counts. Raises NotYourCase, Archived, FileRefused, StoreDown."""
    nominee = check_may_receive(session, nominee_id, actor)
    programme_id, unit, name = nominee.programme_id, nominee.recommender.name, nominee.name
    session.rollback()  # nobody waits for the database while a picture is looked through
    _check(title, upload, unit, name)
    row = documents.stored(vault, Purpose.PHOTO, programme_id, title, upload, actor, now, nominee_id=nominee_id)
    try:
        check_may_receive(session, nominee_id, actor)
        session.add(row)
        act = Act(by_user(actor.user_id), "nominee.photo_received", on_nominee(nominee_id), {"sha256": row.sha256})
        record(session, now, [act])
        session.commit()
    except BaseException:
        session.rollback()
        documents.discard(vault, row)
        raise


def check_may_receive(session: Session, nominee_id: int, actor: Actor) -> Nominee:
    """The nominee, if a photo of it may be handed in. Raises NotYourCase, also for a collective; Archived."""
    nominee = nominees.recommended(session, nominee_id, actor)
    if nominee.kind is not Kind.INDIVIDUAL:
        raise NotYourCase
    require_running(session.get_one(Programme, nominee.programme_id))
    return nominee


def _check(title: str, upload: BinaryIO, unit: str, name: str) -> None:
    """Raises FileRefused with everything that is wrong with it."""
    inspected = inspect(upload, as_it_came=True)
    upload.seek(0)
    if faults := photo_faults(upload, inspected.kind, inspected.size, title, unit, name):
        raise FileRefused("；".join(f"{fault.wrong}：{fault.right}" for fault in faults) + "。")
    upload.seek(0)
