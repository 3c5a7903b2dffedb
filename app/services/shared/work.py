"""The unit of work: what one person, or the clock, does at one instant; committed once, with the record of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from types import TracebackType
from typing import Any, TypeVar, cast

from sqlalchemy.orm import Session

from app.domain.cases.states import Actor, require_office
from app.models import Base, Letter
from app.sealing import Keyring
from app.services.record.chain import Act, name_of_actor, record, subject_of
from app.services.shared.numbering import number_letters

UseCase = TypeVar("UseCase", bound=Callable[..., Any])
ForAll = Callable[[Session, Sequence[int], dt.datetime], None]


class Work:
    """A session, the keyring, who acts and when. `with work:` commits when it ends, or rolls back on an exception.

    A use case that calls another one shares its work: the inner `with` commits nothing, the outermost commits all.
    What was `did` is written to the record as the last statements before that commit (R32), and right before it the
    letters that were `post`ed get their numbers (R34), and what was put off to `at_end` is done.
    """

    def __init__(
        self,
        session: Session,
        now: dt.datetime,
        actor: Actor | None = None,
        keyring: Keyring | None = None,
        *,
        by: str = "",
    ) -> None:
        """`actor` is None for the command line, and where `did_by` names who acted.

        `by` stands in the record in place of the actor: the command line, which acts on somebody's behalf.
        """
        self.session, self.now = session, now
        self._actor, self._keyring = actor, keyring
        self._by = by or name_of_actor(actor)
        self._acts: list[tuple[str, str, Base | str, dict[str, Any]]] = []
        self._letters: list[Letter] = []
        self._put_off: dict[ForAll, set[int]] = {}
        self._depth = 0
        self._broken = False

    @property
    def actor(self) -> Actor:
        assert self._actor is not None, "this use case needs to know who acts"  # noqa: S101
        return self._actor

    @property
    def actor_if_any(self) -> Actor | None:
        """Who acts, None for the command line."""
        return self._actor

    @property
    def keyring(self) -> Keyring:
        assert self._keyring is not None, "this use case needs the keyring"  # noqa: S101
        return self._keyring

    def not_before(self, earlier: dt.datetime) -> dt.datetime:
        """Return now, or `earlier` where a clock that ran ahead dated what this act follows later than now."""
        return max(self.now, earlier)

    def did(self, action: str, subject: Base | str, **details: Any) -> None:
        """Note an act for the record. `subject` is a row or its name in the record; a new row needs no id yet.

        `details` hold no objector's name, contact or text (R19).
        """
        self.did_by(self._by, action, subject, **details)

    def did_by(self, who: str, action: str, subject: Base | str, **details: Any) -> None:
        """Note an act as `did` does, of somebody other than the actor: the clock, an objector, somebody logging in."""
        self._acts.append((who, action, subject, details))

    def post(self, letter: Letter) -> None:
        """Note a letter without a number: it is there, numbered, when this transaction is."""
        self._letters.append(letter)

    def at_end(self, do: ForAll, ids: Iterable[int]) -> None:
        """Put something off to the end of this transaction, to be done once for all ids that were named till then."""
        self._put_off.setdefault(do, set()).update(ids)

    def __enter__(self) -> Work:
        self._depth += 1
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._depth -= 1
        if self._depth:
            # Half of a use case may have been written: whoever catches this must not commit it.
            self._broken = self._broken or error is not None
            return
        acts, self._acts = self._acts, []
        letters, self._letters = self._letters, []
        put_off, self._put_off = self._put_off, {}
        broken, self._broken = self._broken, False
        if error is not None:
            self.session.rollback()
            return
        try:
            assert not broken, "a use case within this one failed, and its failure was swallowed"  # noqa: S101
            for do, ids in put_off.items():
                if ids:
                    do(self.session, sorted(ids), self.now)
            if letters:
                number_letters(self.session, letters)
            if acts:
                self.session.flush()  # gives new rows their ids
                record(self.session, self.now, [Act(by, action, subject_of(on), more) for by, action, on, more in acts])
            self.session.commit()
        except BaseException:
            self.session.rollback()
            raise


def require_office_or_console(work: Work) -> None:
    """Raise NotAllowed for everybody who acts in the portal and is not of the office. The command line may."""
    if work.actor_if_any is not None:
        require_office(work.actor)


def use_case(function: UseCase) -> UseCase:
    """Mark a use case: it runs inside `with work:`, so that it is one transaction, or part of its caller's."""

    @wraps(function)
    def run(work: Work, *args: Any, **kwargs: Any) -> Any:
        with work:
            return function(work, *args, **kwargs)

    return cast(UseCase, run)
