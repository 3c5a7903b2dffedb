"""A world on its way to the award: three rounds gone through, reviewed, approved, decided."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence
from pathlib import Path

from app.domain.award import ProceedingKind
from app.models import Document, Programme, Purpose, Review, ReviewStage
from app.services import award, closing, documents
from app.services.award import PaperText
from app.services.award_list import Standing, standing_of
from tests.files import pdf, vault_in
from tests.world import World, at

REVIEWED = "2026-09-24 Thu 15:00"
SHOWN_FROM = "2026-09-28"  # to Friday 2026-10-09, the October week between
CLOSED = "2026-10-10 Sat 09:00"  # a Saturday that works
APPROVED = dt.date(2026, 10, 12)
DECIDED = "2026-10-13 Tue 10:00"
WORDING = "为表彰先进、弘扬正气，市委、市政府决定，授予下列集体和个人荣誉称号。"


def through_two_rounds(world: World) -> None:
    """Everybody of both units, closed by 2026-09-24 Thu 09:00."""
    world.past_round_one([*world.nominees, *world.others])
    for unit, nominees in ((world.qilin, world.nominees), (world.luoping, world.others)):
        period = world.schedule(2, unit, nominees, "2026-09-18", 3, "2026-09-17 Thu 10:00")
        world.do(closing.close_period, period, world.actor("office"), at("2026-09-24 Thu 09:00"))


def reviewed(world: World, nominees: Sequence[int], passed: bool = True, now: str = REVIEWED) -> None:
    """The office's last word on these nominees."""
    with world.database.writer() as session:
        session.add_all(
            Review(
                nominee_id=nominee,
                stage=ReviewStage.FINAL,
                passed=passed,
                reason="" if passed else "材料不实",
                reviewed_by=world.people["office"],
                reviewed_at=at(now),
            )
            for nominee in nominees
        )
        session.commit()


def shown_to_the_city(world: World, nominees: Sequence[int], opening: str = SHOWN_FROM) -> int:
    """A period of round 3, not closed yet: by default over by 2026-10-09 Fri 24:00."""
    return world.schedule(3, world.office, nominees, opening, 3, "2026-09-25 Fri 10:00")


def scan(world: World, folder: Path, text: str = "a paper") -> Document:
    """A stored file, for the use case that names it."""
    vault, office, now = vault_in(folder, world.key), world.actor("office"), at(CLOSED)
    return documents.stored(
        vault, Purpose.PROCEEDING, world.programme, "扫描件.pdf", io.BytesIO(pdf(text)), office, now
    )


def paper(
    issuer: str = "市委", dated: dt.date = APPROVED, agreed: bool | None = True, number: str = "5号"
) -> PaperText:
    return PaperText(issuer, number, "关于同意表彰的批复", dated, agreed)


def recorded(
    world: World, folder: Path, kind: ProceedingKind, text: PaperText, now: str = DECIDED, login: str = "office"
) -> int:
    return world.do(award.record_paper, world.programme, kind, text, scan(world, folder), world.actor(login), at(now))


def decision_text(dated: dt.date = dt.date(2026, 10, 13), text: str = WORDING) -> PaperText:
    return PaperText("市委、市政府", "曲字〔2026〕12号", "关于表彰先进集体和先进个人的决定", dated, text=text)


def ready(world: World, folder: Path) -> None:
    """Nothing is missing for the decision: everybody reviewed and shown, both approvals there."""
    everybody = [*world.nominees, *world.others]
    through_two_rounds(world)
    reviewed(world, everybody)
    world.do(closing.close_period, shown_to_the_city(world, everybody), world.actor("office"), at(CLOSED))
    for issuer in ("市委", "市政府"):
        recorded(world, folder, ProceedingKind.APPROVAL, paper(issuer))


def decided(world: World, folder: Path, text: PaperText | None = None) -> int:
    """The decision on a world that is ready. Returns its id."""
    document, office = scan(world, folder), world.actor("office")
    return world.do(award.decide, world.programme, text or decision_text(), document, office, at(DECIDED))


def standing(world: World, now: str = DECIDED) -> Standing:
    with world.database.reader() as session:
        return standing_of(session, session.get_one(Programme, world.programme), at(now))
