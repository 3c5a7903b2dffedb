"""征求意见函: each authority is sent exactly those whom it is asked about (annex 6, note 1), and answers as before."""

from __future__ import annotations

import io
from pathlib import Path

import docx
import pytest
from sqlalchemy import delete, select

from app.domain.periods.rounds import Kind
from app.domain.refusals import NotYourCase, WrongState
from app.models import Nominee, Review
from app.services.nominees import opinions, withdrawals
from app.services.nominees.dossiers import make_dossier
from app.services.papers.asking import Which, asked_of_units, letter
from app.services.papers.paper import Clerk
from tests.files import vault_in
from tests.papers.made_up import STATIONERY, clerk
from tests.papers.reading import text_of
from tests.qujing import Authority as Key
from tests.standing import answer, scan
from tests.world import World, at

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # nothing here differs by database
NOW = "2026-09-16 Wed 11:00"
TYPES = ("行政机关", "私营企业", "国有企业", "")  # of the units of qilin's first four; the fifth did not pass 初审


@pytest.fixture
def there(world: World, tmp_path: Path) -> Clerk:
    """初审 passed for all of qilin but the last."""
    with world.database.writer() as session:
        for nominee, unit_type in zip(world.nominees, TYPES, strict=False):
            session.add(make_dossier(world.keyring, nominee, {"unit_type": unit_type}))
        session.commit()
    world.past_round_one(world.nominees)
    with world.database.writer() as session:
        session.execute(delete(Review).where(Review.nominee_id == world.nominees[4]))
        session.commit()
    return clerk(world, vault_in(tmp_path / "evidence", world.key), "head", NOW)


def lists(world: World, by: Clerk) -> dict[str, list[str]]:
    """The names in the list of each letter, by authority."""
    found = {}
    with world.database.reader() as session:
        for asked in asked_of_units(session, world.keyring, world.programme, by):
            paper = letter(session, world.programme, world.qilin, asked.authority, Which.ALL, by)
            written = docx.Document(io.BytesIO(paper.write()))
            [table] = written.tables
            rows = [[cell.text for cell in row.cells] for row in table.rows[1:]]
            assert [row[0] for row in rows] == [str(number) for number in range(1, len(rows) + 1)]
            found[asked.authority] = [row[1].replace("\n", "") for row in rows]  # lines end where words end
    return found


def test_each_authority_gets_its_own_list(world: World, there: Clerk) -> None:
    everybody = ["麒麟区第1中队", "麒麟区第2中队", "麒小3", "麒小4"]
    bodies = [
        "麒麟区第1中队",
        "麒小3",
        "麒小4",
    ]  # where nothing is known, everybody asks
    expected = {"discipline": everybody, "personnel": bodies, "police": everybody, "audit": bodies}
    assert lists(world, there) == expected
    world.run(withdrawals.withdraw, world.nominees[2], "本人申请退出", by=world.actor("head"), now=at(NOW))
    assert lists(world, there) == {key: [name for name in names if name != "麒小3"] for key, names in expected.items()}


def test_an_answer_is_recorded_once_for_the_whole_list_and_the_next_letter_names_the_rest(
    world: World, there: Clerk
) -> None:
    first, second, third, fourth, _ = world.nominees
    head = world.actor("head")
    police = answer(Key.POLICE, NOW)
    world.run(opinions.record_opinion, there.vault, [first, second], police, scan(), by=head, now=at(NOW))
    with world.database.reader() as session:
        [asked] = [
            each
            for each in asked_of_units(session, world.keyring, world.programme, there)
            if each.authority == "police"
        ]
        assert ([one.id for one in asked.missing], asked.answered) == ([third, fourth], {first, second})
        text = text_of(letter(session, world.programme, world.qilin, "police", Which.MISSING, there).write())
        assert ("麒小3" in text, "麒小4" in text, "中队" in text, "共2个" in text) == (True, True, False, True)
    rest = answer(Key.POLICE, NOW)
    world.run(opinions.record_opinion, there.vault, [third, fourth], rest, scan(), by=head, now=at(NOW))
    with world.database.reader() as session, pytest.raises(WrongState, match="没有要征求公安部门意见"):
        letter(session, world.programme, world.qilin, "police", Which.MISSING, there)


def test_the_letter_speaks_of_the_leaders_of_collectives_alone_and_of_nobody_else(world: World, there: Clerk) -> None:
    with world.database.reader() as session:
        text = text_of(letter(session, world.programme, world.qilin, "discipline", Which.ALL, there).write())
    for said in ("纪检监察机关：", "附件所列4个推荐对象", "先进集体的，请同时对其领导班子提出意见", "麒麟区"):
        assert said in text
    assert "麒小5" not in text
    with world.database.writer() as session:
        teams = select(Nominee.id).where(Nominee.kind == Kind.COLLECTIVE)
        session.execute(delete(Review).where(Review.nominee_id.in_(teams)))
        session.commit()
    with world.database.reader() as session:
        assert "领导班子" not in text_of(
            letter(session, world.programme, world.qilin, "discipline", Which.ALL, there).write()
        )


def test_security_20_a_letter_of_another_unit_or_to_nobody_does_not_exist(world: World, there: Clerk) -> None:
    stranger = Clerk(world.actor("stranger"), there.now, STATIONERY, there.vault)
    with world.database.reader() as session:
        assert asked_of_units(session, world.keyring, world.programme, stranger) == []
        for unit, authority, by in ((world.qilin, "police", stranger), (world.qilin, "tax", there)):
            with pytest.raises(NotYourCase):
                letter(session, world.programme, unit, authority, Which.ALL, by)
