"""Lists as they are stated on the record, and proven after they are gone (R5, R9, R38)."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from sqlalchemy import select

from app.domain.record.proof_files import list_file
from app.models import StatedList
from app.services.periods import corrections, listings
from app.services.record import proofs
from app.services.record.checkpoints import log_keys_of, publish
from app.services.shared.work import Work
from tests.verifying import verified
from tests.world import World, at, at_once


def tick(world: World, now: str) -> None:
    with world.database.reader() as session:
        due = listings.find_due(session, at(now))
    for period_id in due:
        with world.database.writer() as session:
            listings.state(Work(session, at(now)), period_id)


def kept_list(world: World, period_id: int, now: str) -> bytes:
    with world.database.reader() as session:
        entries = listings.entries_with_salts(session, world.period(period_id), at(now))
        return list_file(period_id, [(asdict(view), salt) for view, salt in entries])


def test_a_list_is_proven_after_it_is_gone(world: World, tmp_path: Path) -> None:
    keys = log_keys_of(world.keyring, "https://gongshi.example")
    key = keys.known[0]
    period_id = world.round_two()
    tick(world, "2026-09-17 23:59")
    assert world.acts()[-1][1] != "period.list_opened"
    tick(world, "2026-09-18 00:00")
    tick(world, "2026-09-18 00:01")
    first = kept_list(world, period_id, "2026-09-18 09:00")
    wrong = json.loads(first)["entries"][0]["name"]
    right = wrong[:-1] + "某"
    nominee_id = 1
    with world.database.writer() as session:
        work = Work(session, at("2026-09-19 09:00"), world.actor("office"), world.keyring)
        corrections.correct(work, nominee_id, "name", right, "错别字")
    second = kept_list(world, period_id, "2026-09-20 09:00")
    assert first != second
    tick(world, "2026-09-30 00:00")
    tick(world, "2026-09-30 00:01")
    publish(world.database, keys, at("2026-09-30 00:02"))
    with world.database.reader() as session:
        stated = session.scalars(select(StatedList).order_by(StatedList.ordinal)).all()
        assert [each.listing.value for each in stated] == ["opened", "corrected", "closed"]
        assert [len(each.digests) for each in stated][1:] == [1, 0]
        proof = proofs.prove_period(session, period_id, str(key))
    assert proof is not None
    for entry in json.loads(first)["entries"]:
        assert entry["name"] not in proof.decode()
        assert entry["salt"] not in proof.decode()
    code, said = verified(tmp_path, "period", proof, first, keys=("--key", key))
    assert (code, "第1行的名单一字不差" in said) == (0, True), said
    code, said = verified(tmp_path, "period", proof, second, keys=("--key", key))
    assert (code, "第2行的名单一字不差" in said) == (0, True), said
    forged = json.loads(second)
    forged["entries"][0]["deeds"] = "别的事迹"
    assert verified(tmp_path, "period", proof, json.dumps(forged).encode(), keys=("--key", key))[0] == 1


def test_a_correction_before_the_tick_states_the_misprint_first(world: World) -> None:
    world.round_two()
    with world.database.writer() as session:
        work = Work(session, at("2026-09-18 00:00"), world.actor("office"), world.keyring)
        name = corrections.read_current_text(session, 1, "name", at("2026-09-18 00:00"))
        assert name is not None
        corrections.correct(work, 1, "name", name[:-1] + "某", "错别字")
    with world.database.reader() as session:
        stated = session.scalars(select(StatedList).order_by(StatedList.ordinal)).all()
        assert [each.listing.value for each in stated] == ["opened", "corrected"]
        assert stated[0].digest != stated[1].digest


def test_a_list_that_nobody_stated_while_it_was_public_is_not_stated_afterwards(world: World) -> None:
    world.round_two()
    tick(world, "2026-10-30 00:00")
    with world.database.reader() as session:
        assert session.scalars(select(StatedList)).all() == []


def test_of_two_ticks_at_once_one_states_a_list(world: World) -> None:
    period_id = world.round_two()

    def state() -> None:
        with world.database.writer() as session:
            listings.state(Work(session, at("2026-09-18 00:00")), period_id)

    assert at_once([state, state, state]) == [None] * 3
    with world.database.reader() as session:
        assert [each.ordinal for each in listings.of_period(session, period_id)] == [1]
        assert listings.is_stated(session, period_id)
    assert [act for _, act, _ in world.acts()].count("period.list_opened") == 1


def test_a_period_that_was_taken_back_is_not_stated(world: World) -> None:
    period_id = world.round_two()
    with world.database.writer() as session:
        world.period(period_id)
        listings.state(Work(session, at("2026-09-17 10:00")), period_id)
        assert not listings.is_stated(session, period_id)
