"""Lists and forms of nominees for tests: people who don't exist, in files as a unit would send them."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path

import docx
from PIL import Image
from sqlalchemy import update

from app.domain.periods.rounds import Kind
from app.domain.shared.identity_numbers import id_check_character
from app.models import Import, ImportForm, Quota
from app.services.imports import reading, receiving
from app.services.imports.viewing import View
from app.services.shared.work import Work
from tests.files import vault_in
from tests.qujing import write_form, write_summary
from tests.world import World, at

NOW = "2026-09-02 Wed 09:00"
SURNAMES = "赵钱孙李周吴郑王冯陈"
TITLE = "先进个人推荐对象汇总表"
DEEDS = "三年来带领干部职工办成实事十二件，群众满意。"


def id_number(number: int) -> str:
    """Return an ID number of a man born on 1 March 1980 that no person has."""
    first = f"53030219800301{number * 2 + 1:03d}"[:17]
    return first + id_check_character(first)


def person(number: int = 0, **changes: str) -> dict[str, str]:
    """One row of annex 3 with the additional columns."""
    fields = {
        "name": f"{SURNAMES[number % 10]}小{'一二三四五六七八九十'[number // 10 % 10]}",
        "sex": "男",
        "ethnicity": "汉族",
        "birth": "1980年3月",
        "political": "群众",
        "unit": "麒麟区第一单位",
        "post": "科员",
        "title": "无",
        "work": "基层治理",
        "trade": "教育",
        "remark": "",
        "id_number": id_number(number),
        "phone": "13000000001",
        "awards": "无",
        "penalties": "无",
        "deeds": DEEDS,
    }
    return fields | changes


def team(**changes: str) -> dict[str, str]:
    """One row of annex 2 with the additional columns."""
    fields = {
        "name": "麒麟区第一大队",
        "unit_type": "事业单位",
        "trade": "教育",
        "level": "无",
        "remark": "",
        "credit_code": "无",
        "phone": "13000000001",
        "unit": "麒麟区第一单位",
        "awards": "无",
        "penalties": "无",
        "deeds": DEEDS,
    }
    return fields | changes


def sheet(rows: Sequence[Mapping[str, str]], unit: str = "麒麟区", kind: Kind = Kind.INDIVIDUAL) -> bytes:
    """Annex 2 or 3 with the additional columns."""
    return write_summary(kind, TITLE, unit, None, rows, extended=True)


def form(unit: str = "麒麟区", **changes: str) -> bytes:
    """Annex 5 filled in."""
    fields = person(**changes) | {
        "birth": "1980年3月1日",
        "status": "工人",
        "unit_type": "事业单位",
        "resume": "1995年9月至1998年7月，曲靖一中学习\n1998年7月至今，麒麟区第一单位工作",
        "recommender": unit,
    }
    return write_form(Kind.INDIVIDUAL, fields | changes, "先进个人推荐表", None)


def photo(width: int = 768, height: int = 1024, noise: int = 90) -> bytes:
    """A JPEG of noise: at 768 x 1024 it weighs well over 150 kB."""
    out = io.BytesIO()
    Image.effect_noise((width, height), noise).convert("RGB").save(out, "JPEG", quality=90)
    return out.getvalue()


def material(characters: int) -> bytes:
    """A Word file of so many characters, a tenth of them in a table, with white space that does not count."""
    paper, out = docx.Document(), io.BytesIO()
    in_table = characters // 10
    paper.add_paragraph(" \u3000\t" + "事，" * ((characters - in_table) // 2) + "迹" * ((characters - in_table) % 2))
    paper.add_paragraph("")
    paper.add_table(1, 1).cell(0, 0).text = "\n".join("绩" * in_table)
    paper.save(out)
    return out.getvalue()


def room_for(world: World, collectives: int = 20, individuals: int = 20) -> None:
    """Give every unit enough places."""
    with world.database.writer() as session:
        session.execute(update(Quota).values(collectives=collectives, individuals=individuals))
        session.commit()


def receive(
    world: World,
    folder: Path,
    files: Mapping[str, bytes],
    login: str = "handler",
    unit: int | None = None,
    form: ImportForm | None = None,
) -> int:
    """Files handed in by somebody, not read yet. Returns the import's id."""
    vault, uploads = vault_in(folder, world.key), [(name, io.BytesIO(content)) for name, content in files.items()]
    with world.database.writer() as session:
        work = Work(session, at(NOW), world.actor(login))
        where = (work, vault, world.programme, unit or world.qilin)
        if form:
            return receiving.receive(*where, form, uploads)
        (only,) = receiving.receive_all(*where, uploads)
        return only


def read(world: World, folder: Path, import_id: int, now: str = NOW) -> bool:
    return world.run(reading.read, vault_in(folder, world.key), import_id, now=at(now))


def checked(world: World, folder: Path, files: Mapping[str, bytes], login: str = "handler") -> int:
    """Files handed in and read."""
    import_id = receive(world, folder, files, login)
    assert read(world, folder, import_id)
    return import_id


def told(world: World, import_id: int, *, to_office: bool = False) -> list[tuple[int, str, str]]:
    """What is wrong with an import: (row, column, what is wrong)."""
    with world.database.reader() as session:
        view = View(session, world.keyring, import_id, to_office=to_office)
        return [(fault.line.number, fault.column, fault.wrong) for fault in view.faults()]


def state_of(world: World, import_id: int) -> str:
    with world.database.reader() as session:
        return session.get_one(Import, import_id).state.value
