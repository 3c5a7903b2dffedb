"""`kill -9` amid uploads: every receipt ever shown resolves, and its files are what was sent (SECURITY 3)."""

from __future__ import annotations

import hashlib
import http.client
import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import psutil
import pytest
from sqlalchemy import select

from app.database import Database
from app.evidence.store import Folder
from app.models import Evidence
from app.sealing import Keyring
from app.services.objections import evidence_upkeep, following
from app.services.record.verifying import verify
from app.services.shared.files import Vault
from tests.faults.city import fill, sound
from tests.files import pdf
from tests.running import KEY, Served, alive, eventually, kept_up, served
from tests.visitors import Answer, Citizen

T = TypeVar("T")
PATIENCE = 300.0  # on a machine with other things to do a server is killed more often than it answers


class Unanswered(AssertionError):
    """The server went away, or said that it is in trouble: the same is sent again."""


def insisting(step: Callable[[], T]) -> T:
    """Do it until it is answered, as somebody does who presses the button again."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return step()
        except (OSError, http.client.HTTPException, AssertionError):
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


def filed_with_files(address: str, path: str, number: int) -> tuple[str, set[str]]:
    """One objection with two files, sent until its receipt is on the screen. Returns the code and the files' hashes."""
    citizen = Citizen(address, path)
    files = [pdf(f"file {part} of {number}", padding=200_000 * part) for part in (1, 2)]
    for part, content in enumerate(files):
        insisting(lambda part=part, content=content: citizen.attach(f"{part}.pdf", content))
    citizen.files = len(files)  # a file sent again is no other file

    def receipt() -> Answer:
        page = citizen.file(contact=f"1390000{number:04d}")
        if page.status != 200:
            raise Unanswered(f"{page.status} {page.text}")
        return page

    code = insisting(lambda: citizen.code_on(receipt()))
    return code, {hashlib.sha256(content).hexdigest() for content in files}


@pytest.mark.soak
def test_security_03_files_are_what_was_sent_however_often_the_server_is_killed(
    small_sqlite: Path, tmp_path: Path, forms: int, figure: Callable[[object], None]
) -> None:
    database, folder, dice = Database(f"sqlite:///{small_sqlite}"), tmp_path / "evidence", random.Random(3)
    paths, count = fill(database), max(24, forms // 10)
    settings = {"limits_enabled": "0", "evidence_dir": str(folder)}
    with served(database.url, tmp_path / "1.log", **settings) as server, kept_up(server):
        with ThreadPoolExecutor(4) as threads:
            filing = [
                threads.submit(filed_with_files, server.address, paths[number % len(paths)], number)
                for number in range(count)
            ]
            kills = strike(server, dice, max(6, forms // 40), lambda: all(each.done() for each in filing))
        receipts = [each.result() for each in filing]
    keyring = Keyring(KEY)
    with database.reader() as session:
        found = evidence_upkeep.compare(session, Vault(Folder(folder), keyring), deep=True)
        hashes = {}
        for code, sent in receipts:
            objection = following.find_by_receipt(session, keyring, code)
            rows = select(Evidence.sha256).where(Evidence.objection_id == objection)
            hashes[objection] = (set(session.scalars(rows)), sent)
        assert verify(session).holds
    figure(
        f"acknowledged {count} with {2 * count} files, {kills} kills, {len(found.files_without_row)} files left over"
    )
    assert kills >= 3
    assert len(hashes) == count
    assert [pair for pair in hashes.values() if pair[0] != pair[1]] == []
    assert (found.rows_without_file, found.damaged) == ([], [])
    assert sound(database)
    database.dispose()


def strike(server: Served, dice: random.Random, times: int, over: Callable[[], bool]) -> int:
    """Each time it answers, kill its worker, or now and then its first process. Returns how often it was alive to."""
    kills = 0
    for number in range(times):
        eventually(lambda: alive(server.address), "up again")
        time.sleep(dice.uniform(0.05, 0.3))
        if over():
            break
        with suppress(psutil.NoSuchProcess, IndexError):
            victims = [psutil.Process(server.process.pid)] if number % 4 == 3 else server.workers()
            dice.choice(victims).kill()
            kills += 1
    return kills
