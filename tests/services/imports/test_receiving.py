"""Lists of nominees: received, read, checked as a whole, confirmed or dropped (R9)."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select, update

from app.domain.cases.states import Conclusion, State
from app.domain.periods.rounds import Kind
from app.domain.refusals import (
    Archived,
    FileRefused,
    NotARecommender,
    NotYourCase,
    Refusal,
    UnreadableForm,
    WrongFiles,
)
from app.models import Document, Dossier, Import, ImportRow, Nominee, Programme, Quota, Unit
from app.services.imports import receiving
from app.services.nominees import dossiers, withdrawals
from app.services.periods import closing
from tests.data import DATA
from tests.files import pdf, vault_in
from tests.lists import NOW, checked, form, id_number, person, photo, receive, sheet, state_of, told
from tests.services.imports.confirmed import confirm, imported, last_nominee
from tests.services.sheets import bomb, with_external_link, with_macro, zipped
from tests.world import World, at

sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # what is decided apart from SQL


def drop(world: World, folder: Path, import_id: int, login: str = "handler") -> None:
    world.run(receiving.drop, vault_in(folder, world.key), import_id, by=world.actor(login), now=at(NOW))


def rows_of(world: World, table: type) -> int:
    with world.database.reader() as session:
        return len(session.scalars(select(table)).all())


def stored(folder: Path) -> int:
    return sum(path.is_file() for path in folder.rglob("*"))


# --- the whole way -------------------------------------------------------------------------------


def test_a_list_becomes_nominees_in_its_order_with_units_and_sealed_dossiers(roomy: World, folder: Path) -> None:
    since, before = last_nominee(roomy), len(roomy.acts())
    rows = [person(0), person(1, unit="麒麟区新单位"), person(2, unit="麒麟区新单位")]
    import_id = checked(roomy, folder, {"汇总表.xlsx": sheet(rows)})
    assert (state_of(roomy, import_id), told(roomy, import_id)) == ("checked", [])
    assert confirm(roomy, import_id) == {"rows": 3, "new": 3, "filled": 0}
    assert imported(roomy, since) == [
        ("赵小一", "麒麟区第一单位", 6, rows[0]["deeds"], id_number(0)),
        ("钱小一", "麒麟区新单位", 7, rows[1]["deeds"], id_number(1)),
        ("孙小一", "麒麟区新单位", 8, rows[2]["deeds"], id_number(2)),
    ]
    assert (state_of(roomy, import_id), rows_of(roomy, ImportRow)) == ("confirmed", 0)
    with roomy.database.reader() as session:
        assert session.scalars(select(Unit.name).where(Unit.name == "麒麟区新单位")).all() == ["麒麟区新单位"]
    handler = f"user:{roomy.people['handler']}"
    assert [act for act in roomy.acts(before) if act[1].startswith("import")] == [
        (handler, "import.received", f"import:{import_id}"),
        ("clock", "import.checked", f"import:{import_id}"),
        (handler, "import.confirmed", f"import:{import_id}"),
    ]


@sqlite
def test_forms_fill_the_nominees_that_the_list_brought_and_their_photos_come_along(roomy: World, folder: Path) -> None:
    since = last_nominee(roomy)
    short = {key: person(0)[key] for key in ("name", "unit", "sex", "ethnicity", "birth", "political", "post", "work")}
    confirm(roomy, checked(roomy, folder, {"a.xlsx": sheet_plain(short | {"title": "无", "trade": "教育"})}))
    assert imported(roomy, since) == [("赵小一", "麒麟区第一单位", 6, "", "")]
    files = {"推荐表/赵小一.docx": form(), "照片/麒麟区—赵小一.JPG": photo()}
    import_id = checked(roomy, folder, {"材料.zip": zipped(files)})
    assert told(roomy, import_id) == []
    assert confirm(roomy, import_id) == {"rows": 1, "new": 0, "filled": 1}
    assert imported(roomy, since) == [("赵小一", "麒麟区第一单位", 6, person()["deeds"], id_number(0))]
    with roomy.database.reader() as session:
        nominee_id = session.scalars(select(Nominee.id).where(Nominee.id > since)).one()
        assert dossiers.fields_of(session, roomy.keyring, [nominee_id])[nominee_id]["work"] == "基层治理"
        shown = dossiers.view_dossier(session, roomy.keyring, nominee_id, roomy.actor("handler"))
        photos = session.scalars(select(Document.id).where(Document.nominee_id == nominee_id)).all()
    assert shown is not None
    assert [each.document_id for each in shown.photos] == photos


def sheet_plain(*rows: dict[str, str]) -> bytes:
    from tests.qujing import write_summary

    return write_summary(Kind.INDIVIDUAL, "先进个人推荐对象汇总表", "麒麟区", None, rows)


# --- what only the whole tells -------------------------------------------------------------------


@sqlite
def test_the_quota_counts_who_stands_and_who_is_secret(world: World, folder: Path) -> None:
    with world.database.writer() as session:
        quota = {"individuals": 6, "secret_individuals": 1}
        session.execute(update(Quota).where(Quota.unit_id == world.qilin).values(**quota))
        session.commit()
    fits = checked(world, folder, {"a.xlsx": sheet([person(0), person(1)])})
    assert told(world, fits) == []
    exceeds = checked(world, folder, {"a.xlsx": sheet([person(0), person(1), person(2)])})
    assert told(world, exceeds) == [(0, "名额", "先进个人名额6个，已经用去4个，这次报了3个，超出1个")]


@sqlite
def test_a_form_about_somebody_already_shown_is_sent_to_the_change_of_deeds(roomy: World, folder: Path) -> None:
    confirm(roomy, checked(roomy, folder, {"a.xlsx": sheet([person(0)])}))
    with roomy.database.reader() as session:
        nominee = session.scalars(select(Nominee).order_by(Nominee.id.desc()).limit(1)).one()
    roomy.schedule(1, nominee.unit_id, [nominee.id], "2026-09-08", 3, "2026-09-07 Mon 09:00")
    import_id = checked(roomy, folder, {"赵小一.docx": form()})
    assert told(roomy, import_id) == [(1, "姓名", "已经列入公示，不能再用推荐表改动")]


@sqlite
def test_who_left_with_a_case_open_or_upheld_does_not_come_anew(roomy: World, folder: Path) -> None:
    """Withdrawing is no way past the outcome: it may come anew once nothing is open nor stands against it (R27)."""
    confirm(roomy, checked(roomy, folder, {"a.xlsx": sheet([person(n, unit="麒麟区") for n in (0, 1)])}))
    with roomy.database.reader() as session:
        two = session.scalars(select(Nominee.id).order_by(Nominee.id.desc()).limit(2)).all()[::-1]
    period = roomy.schedule(1, roomy.qilin, two, "2026-09-08", 3, "2026-09-07 Mon 09:00")
    cases = [roomy.file(period, nominee, "2026-09-08 Tue 10:00")[0] for nominee in two]
    for nominee in two:
        roomy.run(withdrawals.withdraw, nominee, "本人要求退出", by=roomy.actor("head"), now=at("2026-09-08 Tue 11:00"))
    again = {"a.xlsx": sheet([person(n, unit="麒麟区") for n in (0, 1)])}
    both = [(row, "姓名", "名单上已经有了") for row in (5, 6)]
    assert told(roomy, checked(roomy, folder, again)) == both
    roomy.bring(cases[0], State.CONCLUDED, "2026-09-09 Wed 10:00", Conclusion.UPHELD)
    roomy.bring(cases[1], State.CONCLUDED, "2026-09-09 Wed 10:00", Conclusion.DISMISSED)
    assert (
        told(roomy, checked(roomy, folder, again)) == both
    )  # not before the period is closed: that would tell of a case
    # The day of the deadline: until the evening before, the dismissed objector may ask for a second look (R35).
    roomy.run(closing.close_period, period, by=roomy.actor("office"), now=at("2026-09-17 Thu 09:00"))
    assert told(roomy, checked(roomy, folder, again)) == both[:1]


@sqlite
def test_photos_are_judged_and_one_that_names_nobody_is_said_so(roomy: World, folder: Path) -> None:
    files = {
        "赵小一.docx": form(),
        "麒麟区—赵小一.jpg": photo(600, 800),
        "麒麟区—张三.jpg": photo(),
        "说明.docx": form(unit="罗平县", name="钱小二", id_number=id_number(12)),
    }
    import_id = checked(roomy, folder, files)
    found = told(roomy, import_id)
    assert [(row, column) for row, column, _ in found] == [(2, "照片"), (3, "照片"), (4, "推荐单位")]
    assert "600×800" in found[0][2]
    assert found[2][2] == "写的是“罗平县”"


# --- two at once, changed meanwhile --------------------------------------------------------------


# --- refused -------------------------------------------------------------------------------------


@sqlite
def test_security_20_another_units_import_does_not_exist(roomy: World, folder: Path) -> None:
    import_id = checked(roomy, folder, {"a.xlsx": sheet([person(0)])})
    stranger, vault = roomy.actor("stranger"), vault_in(folder, roomy.key)
    before = roomy.everything()
    attempts: list[Callable[[], object]] = [
        lambda: roomy.do(receiving.visible, import_id, stranger),
        lambda: roomy.run(receiving.drop, vault, import_id, by=stranger, now=at(NOW)),
        lambda: roomy.run(receiving.read_again, import_id, by=stranger, now=at(NOW)),
        lambda: confirm(roomy, import_id, "stranger"),
        lambda: receive(roomy, folder, {"a.xlsx": sheet([person(1)])}, "stranger", roomy.qilin),
        lambda: roomy.do(receiving.visible, 999, roomy.actor("office")),
    ]
    for attempt in attempts:
        with pytest.raises(NotYourCase):
            attempt()
    assert roomy.everything() == before
    assert stored(folder) == 1


Hostile = dict[str, tuple[dict[str, bytes], type[Refusal]]]


def hostile_sheets() -> Hostile:  # made where a test asks: to zip a bomb takes most of a second
    return {
        "macro": ({"名单.xlsx": with_macro(sheet([person(0)]))}, FileRefused),
        "external link": ({"名单.xlsx": with_external_link(sheet([person(0)]))}, FileRefused),
        "zip bomb": ({"名单.xlsx": bomb(sheet([person(0)]))}, FileRefused),
    }


def other_hostile_files() -> Hostile:
    return {
        "macro in an archive": ({"材料.zip": zipped({"a.docx": form(), "b.docx": with_macro(form())})}, FileRefused),
        "archive in an archive": ({"材料.zip": zipped({"a.docx": form(), "b.zip": zipped({})})}, UnreadableForm),
        "not an archive": ({"材料.zip": b"PK\x03\x04 and no more"}, UnreadableForm),
        "a pdf": ({"名单.pdf": pdf()}, WrongFiles),
        "photos alone": ({"麒麟区—赵小一.jpg": photo()}, WrongFiles),
        "nothing in it": ({"名单.xlsx": b""}, FileRefused),
    }


def refused_and_nothing_stored(world: World, folder: Path, hostile: Hostile) -> None:
    before = world.everything()
    for name, (files, refusal) in hostile.items():
        with pytest.raises(refusal):
            receive(world, folder, files)
        assert (world.everything() == before, stored(folder)) == (True, 0), name


@sqlite
def test_a_list_on_two_sheets_comes_in_whole(roomy: World, folder: Path) -> None:
    since = last_nominee(roomy)
    two = (DATA / "field" / "individuals-two-sheets.xlsx").read_bytes()
    import_id = checked(roomy, folder, {"a.xlsx": two})
    assert told(roomy, import_id) == []
    confirm(roomy, import_id)
    assert [name for name, *_ in imported(roomy, since)] == ["赵一", "钱二", "孙三"]


@sqlite
def test_security_33_what_is_none_of_the_forms_is_refused_by_name(roomy: World, folder: Path) -> None:
    refused_and_nothing_stored(roomy, folder, other_hostile_files())


@sqlite
def test_security_37_a_sheet_that_is_a_bomb_or_has_links_or_macros_is_refused(roomy: World, folder: Path) -> None:
    refused_and_nothing_stored(roomy, folder, hostile_sheets())


@sqlite
def test_a_sheet_that_is_no_list_is_refused_and_a_form_that_is_none_is_a_row_with_a_problem(
    roomy: World, folder: Path
) -> None:
    from app import sheets

    with pytest.raises(UnreadableForm):
        receive(roomy, folder, {"a.xlsx": sheets.sheet("别的", [("甲", 9)], [["乙"]])})
    other = io.BytesIO()
    import docx

    docx.Document().save(other)
    import_id = checked(roomy, folder, {"a.docx": other.getvalue(), "b.docx": form()})
    assert [(row, column) for row, column, _ in told(roomy, import_id)] == [(1, "文件")]


@sqlite
def test_only_recommending_units_of_a_running_programme_hand_lists_in(roomy: World, folder: Path) -> None:
    with roomy.database.reader() as session:
        own = session.scalars(select(Unit.id).where(Unit.parent_id == roomy.qilin)).first()
    with pytest.raises(NotARecommender):
        receive(roomy, folder, {"a.xlsx": sheet([person(0)])}, "office", own)
    import_id = checked(roomy, folder, {"a.xlsx": sheet([person(0)])})
    with roomy.database.writer() as session:
        session.execute(update(Programme).values(archived_at=at(NOW)))
        session.commit()
    with pytest.raises(Archived):
        receive(roomy, folder, {"a.xlsx": sheet([person(1)])})
    with pytest.raises(Archived):
        confirm(roomy, import_id)


# --- sealed --------------------------------------------------------------------------------------


@sqlite
def test_security_14_nothing_of_a_person_lies_open_before_or_after(roomy: World, folder: Path) -> None:
    marks = [id_number(0), "13000000001", "赵小一"]
    rows = [person(0), person(1, awards="")]
    import_id = checked(roomy, folder, {"赵小一的名单.xlsx": sheet(rows)})
    raw = json.dumps(roomy.everything(), ensure_ascii=False)
    assert [mark for mark in marks if mark in raw] == []
    drop(roomy, folder, import_id)
    confirm(roomy, checked(roomy, folder, {"赵小一的名单.xlsx": sheet([person(0)])}))
    raw = json.dumps(roomy.everything(), ensure_ascii=False)
    assert [mark for mark in marks if mark in raw] == ["赵小一"], "the name alone may become public"
    with roomy.database.reader() as session:
        assert session.scalars(select(Dossier.person_hash)).all() != [None]
        assert session.scalars(select(Import.failure)).all() == ["", ""]


@sqlite
def test_a_cell_that_escapes_half_a_character_is_read_without_it(roomy: World, folder: Path) -> None:
    import_id = checked(roomy, folder, {"a.xlsx": sheet([person(0, remark="模_xD800_范_xDFFF__xFFFE_")])})
    assert (state_of(roomy, import_id), told(roomy, import_id)) == ("checked", [])
