"""The shipped unit, settings, alarms and log retention agree with the code."""

from __future__ import annotations

import datetime as dt
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import yaml
from flask import Flask
from sqlalchemy import select

from app.database import ROOT
from app.models import CheckpointStamp, Cosignature, PublishedCheckpoint
from app.services.calendar import availability
from app.services.record.checkpoints import log_keys_of, publish
from app.services.upkeep import checking
from app.web import bodies
from config import PREFIX, Settings, from_environment
from tests.web.browsing import Browser
from tests.world import World, at

DEPLOY = ROOT / "deploy"
OPERATIONS = (ROOT / "docs" / "operations.md").read_text()
SETTINGS = {PREFIX + field.name.upper() for field in fields(Settings)}


def rules() -> list[dict[str, Any]]:
    groups = yaml.safe_load((DEPLOY / "alerts.yml").read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not to be had here")
def test_systemd_finds_nothing_wrong_with_the_unit(tmp_path: Path) -> None:
    unit = (DEPLOY / "gongshi.service").read_text()
    command = "ExecStart=/opt/gongshi/.venv/bin/gongshi serve"
    assert command in unit
    here = tmp_path / "gongshi.service"
    here.write_text(unit.replace(command, "ExecStart=/bin/true"))  # the only path that this machine lacks
    done = subprocess.run(["systemd-analyze", "verify", here], capture_output=True, text=True, check=False)
    # It also reads the machine's own units, whose faults are ignored.
    said = [line for line in (done.stdout + done.stderr).splitlines() if "gongshi" in line]
    assert said == []
    security = ["systemd-analyze", "security", "--offline=true", "--threshold=20", here]
    assert subprocess.run(security, capture_output=True, check=False).returncode == 0  # 2.0 of 10: well closed


def test_the_shipped_settings_are_ones_the_portal_knows_and_all_are_explained() -> None:
    lines = (DEPLOY / "gongshi.env.example").read_text().splitlines()
    given = dict(line.removeprefix("#").split("=", 1) for line in lines if re.match(r"#?GONGSHI_", line))
    unit = re.findall(r"^Environment=(\w+)=(\S+)$", (DEPLOY / "gongshi.service").read_text(), re.MULTILINE)
    assert given.keys() | dict(unit).keys() <= SETTINGS
    settings = from_environment(given | dict(unit))
    assert (settings.trusted_proxies, settings.secure_cookies) == (1, True)
    # nginx lets fewer uploads through than the portal has places for bodies: slow ones leave room for the rest.
    [uploads] = re.findall(r"limit_conn gongshi_uploads (\d+);", (DEPLOY / "nginx.conf").read_text())
    assert int(uploads) < settings.workers * bodies.PLACES
    assert {name for name in SETTINGS if f"`{name}`" not in OPERATIONS} == set()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_every_alarm_asks_for_a_figure_there_is_and_has_its_line_of_what_to_do(
    world: World, make_app: Callable[..., Flask]
) -> None:
    world.round_two()
    world.run(
        availability.record_heartbeat, dt.timedelta(minutes=1), now=at("2026-09-18 Fri 08:59:45")
    )  # the clock has ticked
    world.run(checking.store_findings, [], 1.0, now=at("2026-09-18 Fri 03:00"))  # and the night's check has run
    nine = at("2026-09-18 Fri 09:00")
    publish(world.database, log_keys_of(world.keyring, "https://gongshi.example"), nine)
    with world.database.writer() as session:
        [checkpoint] = session.scalars(select(PublishedCheckpoint.id))
        session.add(CheckpointStamp(checkpoint_id=checkpoint, asked_at=nine, stamped_at=nine, token=b"a stamp"))
        session.add(Cosignature(checkpoint_id=checkpoint, witness="witness", line="a line", cosigned_at=nine))
        session.commit()
    page = Browser(make_app(metrics_token="token")).get("/metrics", authorization="Bearer token")
    exposed = {name for name in re.findall(r"^(gongshi_\w+)", page.source, re.MULTILINE) if "_created" not in name}
    asked = {name for rule in rules() for name in re.findall(r"gongshi_\w+", rule["expr"])}
    assert asked <= exposed
    explained = OPERATIONS.partition("## Health and metrics")[2].partition("## Alarms")[0]
    assert set(re.findall(r"`(gongshi_\w+)", explained)) == exposed
    alarms = OPERATIONS.partition("## Alarms")[2]
    assert re.findall(r"^\| (Gongshi\w+) \|", alarms, re.MULTILINE) == [rule["alert"] for rule in rules()]
    assert {rule["labels"]["severity"] for rule in rules()} == {"page", "ticket", "people"}


def test_security_39_logs_are_kept_six_months() -> None:
    [journal] = re.findall(r"^MaxRetentionSec=(\d+)day$", (DEPLOY / "journald@gongshi.conf").read_text(), re.MULTILINE)
    rotation = (DEPLOY / "logrotate.conf").read_text()
    assert "daily" in rotation.split()
    kept = [int(journal), *map(int, re.findall(r"^ +(?:rotate|maxage) (\d+)$", rotation, re.MULTILINE))]
    assert len(kept) == 3
    assert min(kept) >= 184  # the longest six months
    assert "LogNamespace=gongshi" in (DEPLOY / "gongshi.service").read_text().splitlines()


def test_every_page_nginx_may_show_is_there_and_loads_nothing_from_inside() -> None:
    named = re.findall(r"error_page [\d =]+ /-/([\w.]+);", (DEPLOY / "nginx.conf").read_text())
    assert sorted(named) == sorted(path.name for path in (DEPLOY / "pages").iterdir())
    for name in named:
        page = (DEPLOY / "pages" / name).read_text()
        assert '<html lang="zh-CN">' in page
        assert not re.search(r"<style|<script|\sstyle=|\son\w+=|//", page), name
