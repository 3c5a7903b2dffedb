"""The bill of materials: all that the lock installs, sound by the standard, the same each time, without a host."""

from __future__ import annotations

import json
import re
import sysconfig
from pathlib import Path
from typing import Any

import pytest

from tools.supply import sbom
from tools.supply.locks import ROOT, RUNTIME, read_lock


@pytest.fixture
def bill(tmp_path: Path) -> dict[str, Any]:
    target = tmp_path / "sbom.cdx.json"
    sbom.main(sysconfig.get_path("purelib"), target)
    first = target.read_bytes()
    sbom.main(sysconfig.get_path("purelib"), target)
    assert target.read_bytes() == first
    found: dict[str, Any] = json.loads(first)
    return found


def test_security_59_the_bill_names_what_the_lock_installs(bill: dict[str, Any]) -> None:
    lines = {line.name: line for line in read_lock(ROOT / RUNTIME.name)}
    assert {each["name"]: each["purl"] for each in bill["components"]} == {
        name: f"pkg:pypi/{name}@{line.version}" for name, line in lines.items()
    }
    for each in bill["components"]:
        hashes = [fact["value"] for fact in each["properties"] if fact["name"] == "gongshi:file:sha256"]
        assert sorted(hashes) == sorted(lines[each["name"]].hashes)
    assert bill["metadata"]["component"]["licenses"] == [{"expression": "MulanPSL-2.0"}]


def test_it_says_what_needs_what_and_under_which_licence(bill: dict[str, Any]) -> None:
    needs = {each["ref"].partition("@")[0]: each.get("dependsOn", []) for each in bill["dependencies"]}
    assert any(each.startswith("pkg:pypi/werkzeug@") for each in needs["pkg:pypi/flask"])
    assert any(each.startswith("pkg:pypi/flask@") for each in needs["gongshi"])
    silent = [each["name"] for each in bill["components"] if not each.get("licenses")]
    assert set(silent) <= {"async-timeout", "huey"}  # the one is for an older Python, the other does not say


def test_no_host_stands_in_it(bill: dict[str, Any]) -> None:
    assert bill.pop("$schema") == "http://cyclonedx.org/schema/bom-1.6.schema.json"
    assert re.findall(r"\w+://[^\"]*", json.dumps(bill)) == []
