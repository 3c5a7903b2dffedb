"""A list of 10,000 nominees received, read and checked: seconds, and the memory it takes beside one of 1,000.

Each is read in a process of its own, so that the highest water mark is this list's alone. What the longer list adds to
it is held against the bytes by which its file is longer.
"""

from __future__ import annotations

import multiprocessing
import random
import time
from multiprocessing.connection import Connection
from pathlib import Path

from sqlalchemy import select

from app.clock import now
from app.database import Database
from app.domain.periods.rounds import Kind
from app.domain.shared.identity_numbers import id_check_character
from app.evidence.store import Folder
from app.models import Import, ImportState, Programme, Quota, Unit, UnitKind, User
from app.notices.offered import built_in
from app.papers.summaries import write_summary
from app.sealing import Keyring
from app.services.imports import reading, receiving, sealed_rows
from app.services.shared.files import Vault
from bench import content, report

_SIZES = (1_000, 10_000)
_ROUNDS = 1  # each takes the better part of a minute
_KEY = "a key for measurements, thirty-two bytes"
_WORDS = (
    "推进平安法治生态服务为民走访调处矛盾整治隐患宣传培训帮扶就业助学养老医疗饮水道路照明绿化治污食品药品安全群众满意"
)
_NAME = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕施张孔曹严华金魏陶姜"


def run(home: Path) -> None:
    sheets = {size: _sheet(home, size) for size in _SIZES}
    lengths = {size: path.stat().st_size for size, path in sheets.items()}
    seconds: dict[str, list[float]] = {f"import_{size}": [] for size in _SIZES}
    peaks: dict[int, list[int]] = {size: [] for size in _SIZES}
    for round_ in range(_ROUNDS):
        for size, path in sheets.items():
            took, peak = _apart(home / f"{size}-{round_}", path, size)
            seconds[f"import_{size}"].append(took)
            peaks[size].append(peak)
    few, many = _SIZES
    report.line(f"import_{few}", "s", seconds, file_bytes=lengths[few], peak_bytes=max(peaks[few]))
    report.line(f"import_{many}", "s", seconds, f"import_{few}", file_bytes=lengths[many], peak_bytes=max(peaks[many]))
    grown = [float(high - low) for low, high in zip(peaks[few], peaks[many], strict=True)]
    memory = {"import_memory": grown, "longer_file": [float(lengths[many] - lengths[few])] * _ROUNDS}
    report.line("import_memory", "bytes", memory, "longer_file")


def _sheet(home: Path, size: int) -> Path:
    """Annex 3 with the additional columns, every row another person with other deeds of some 400 characters."""
    chance = random.Random(size)  # noqa: S311 - the same list at every run, not a secret
    path = home / f"{size}.xlsx"
    rows = [_person(number, chance) for number in range(size)]
    title = "先进个人推荐对象汇总表"
    path.write_bytes(write_summary(Kind.INDIVIDUAL, title, "麒麟区", None, rows, notice=built_in(), extended=True))
    return path


def _person(number: int, chance: random.Random) -> dict[str, str]:
    first = f"530302{1960 + number // 4500}0{1 + number // 500 % 9}11{number % 500 * 2 + 1:03d}"
    return {
        "name": "".join(_NAME[number // len(_NAME) ** place % len(_NAME)] for place in range(3)),
        "sex": "男",
        "ethnicity": "汉族",
        "birth": f"{first[6:10]}年{int(first[10:12])}月",
        "political": "群众",
        "unit": f"麒麟区第{number % 400 + 1}单位",
        "post": "科员",
        "title": "无",
        "work": "基层治理",
        "trade": "教育",
        "id_number": first + id_check_character(first),
        "phone": f"130{number:08d}",
        "awards": "无",
        "penalties": "无",
        "deeds": "".join(chance.choices(_WORDS, k=400)),
    }


def _apart(home: Path, sheet: Path, size: int) -> tuple[float, int]:
    """Seconds and highest water mark of a process that does nothing else."""
    fresh = multiprocessing.get_context("spawn")
    ours, theirs = fresh.Pipe(duplex=False)
    process = fresh.Process(target=_measure, args=(theirs, home, sheet, size))
    process.start()
    theirs.close()
    seconds, peak = ours.recv()
    process.join()
    return seconds, peak


def _measure(answer: Connection, home: Path, sheet: Path, size: int) -> None:
    database = Database(f"sqlite:///{home}.sqlite")
    database.migrate()
    content.city_round(database, now(), entries=1)
    vault = Vault(Folder(home), Keyring(_KEY))
    with database.writer() as session:
        unit = session.scalars(select(Unit).where(Unit.kind == UnitKind.RECOMMENDER).order_by(Unit.id)).first()
        programme, user = session.scalars(select(Programme)).one(), session.scalars(select(User)).first()
        assert unit is not None
        assert user is not None
        unit.name = "麒麟区"
        session.add(Quota(programme_id=programme.id, unit_id=unit.id, collectives=0, individuals=2 * size))
        session.commit()
        actor, programme_id, unit_id = user.actor, programme.id, unit.id
    Path("/proc/self/clear_refs").write_text("5")  # the highest mark begins anew: what went before is not the list's
    start = time.perf_counter()
    with database.writer() as session, sheet.open("rb") as upload:
        wanted = (programme_id, unit_id, None, [(sheet.name, upload)])
        received = receiving.receive(session, vault, *wanted, actor, now())
    assert reading.read(database, vault, received.import_id, now)
    seconds = time.perf_counter() - start
    with database.reader() as session:
        found = session.get_one(Import, received.import_id)
        assert (found.state, found.rows_done) == (ImportState.CHECKED, size), found.failure
        assert sealed_rows.problem_count(session, found.id) == 0
    answer.send((seconds, _highest_mark()))


def _highest_mark() -> int:
    """Bytes that this process had in memory at its fullest. `getrusage` would count those of its parent too."""
    (line,) = (line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024
