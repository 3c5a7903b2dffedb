"""`gongshi check`: every invariant over live data, read-only (R37)."""

from __future__ import annotations

import dataclasses
import json

import click

from app import clock
from app.cli.shared import OpenPortal, plainly
from app.sealing import keyring_of
from app.services.nominees.marks import wrong_marks_by
from app.services.record.checks.registry import INVARIANTS
from app.services.record.checks.run import MOST_NAMED, Finding, all_invariants, check_database


@click.command("check")
@click.option("--list", "listed", is_flag=True, help="Name the invariants, one a line, and check nothing.")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
@click.pass_context
@plainly
def check(context: click.Context, listed: bool, as_json: bool) -> None:
    """Check every rule that the data could break. Reads only; exit status 1 with findings."""
    if listed:
        _say_invariants(as_json)
        return
    opened: OpenPortal = context.obj
    now = clock.now()
    findings = check_database(opened.migrated, now, wrong_marks_by(keyring_of(opened.settings)))
    if as_json:
        found = [dataclasses.asdict(finding) for finding in findings]
        checked = {"checked_at": now.isoformat(), "invariants": len(INVARIANTS), "findings": found}
        click.echo(json.dumps(checked, ensure_ascii=False, indent=1))
    else:
        say_findings(findings)
    if findings:
        context.exit(1)


def say_findings(findings: list[Finding]) -> None:
    """Print what was found in plain words, a line a row."""
    if not findings:
        click.echo(f"核对了{len(INVARIANTS)}项，数据与规则一致。")
        return
    for finding in findings:
        says = INVARIANTS[finding.name].says
        click.echo(f"{finding.rule}\t{finding.table} 第{finding.row}行\t不符合“{says}”（{finding.name}）")
    click.echo(f"核对了{len(INVARIANTS)}项，有{len(findings)}处不符（每项最多列出{MOST_NAMED}处）。没有改动任何内容。")


def _say_invariants(as_json: bool) -> None:
    every = all_invariants()
    if as_json:
        named = [{"name": each.name, "rule": each.rule, "says": each.says} for each in every]
        click.echo(json.dumps(named, ensure_ascii=False, indent=1))
        return
    for each in every:
        click.echo(f"{each.name}\t{each.rule}\t{each.says}")
