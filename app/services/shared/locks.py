"""Row locks. Whatever a session read before it got a lock may have changed meanwhile, so a locked row is read anew."""

from __future__ import annotations

from typing import Any, TypeVar

from sqlalchemy.orm import Session, lazyload
from sqlalchemy.orm.interfaces import ORMOption

from app.models import Base, User

Row = TypeVar("Row", bound=Base)

# A locking read joins nothing. PostgreSQL reads a row that it waited for again, but not what is joined to it: of a
# person who was moved meanwhile, the unit would be missing.
ALONE = lazyload("*")


def lock_row(session: Session, model: type[Row], row_id: int, *options: ORMOption) -> Row:
    """Lock a row until the transaction ends and read its attributes as they are now. Raises NoResultFound.

    Related rows are read when they are asked for. One that the session holds already is not read again, so name in
    `options` (`selectinload`: a statement of its own, after the lock) those that a decision rests on.
    """
    lock = _lock_of(model)
    return session.get_one(model, row_id, options=(ALONE, *options), with_for_update=lock, populate_existing=True)


def lock_row_if_any(session: Session, model: type[Row], row_id: int, *options: ORMOption) -> Row | None:
    """Lock a row as `lock_row` does; return None where there is no such row."""
    lock = _lock_of(model)
    return session.get(model, row_id, options=(ALONE, *options), with_for_update=lock, populate_existing=True)


def _lock_of(model: type[Row]) -> dict[str, Any]:
    """Lock the model's own row, not what is loaded with it.

    Many rows name a person, and writing one of them locks the person's key. Who holds a case and names a person must
    not wait for who holds the person and wants the case: FOR NO KEY UPDATE lets a person be named.
    """
    return {"of": model, "key_share": model is User}
