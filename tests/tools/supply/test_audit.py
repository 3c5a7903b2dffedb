"""`make audit` tells three things apart: nothing known, something known, nobody asked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tools.supply import audit
from tools.supply.locks import LOCKS

CLEAN = {"name": "flask", "version": "3.1.3", "vulns": []}
KNOWN = {"name": "flask", "version": "3.1.3", "vulns": [{"id": "PYSEC-1", "fix_versions": ["3.1.4"]}]}
UNKNOWN = {"name": "flask", "skip_reason": "Dependency not found"}


@pytest.fixture
def answered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stand-in for pip-audit, which prints what lies in the file returned."""
    said = tmp_path / "said"
    module = f"import pathlib, sys\nprint(pathlib.Path({str(said)!r}).read_text())\n"
    (tmp_path / "pip_audit.py").write_text(module, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return said


@pytest.mark.parametrize(
    ("package", "status", "words"),
    [
        (CLEAN, 0, "1 packages asked about, 0 findings"),
        (KNOWN, 1, "flask 3.1.3: PYSEC-1, mended in 3.1.4"),
        (UNKNOWN, 2, "Nothing is known either way"),
    ],
    ids=["clean", "known", "an index without the service"],
)
def test_security_59_the_status_tells_what_was_learnt(
    answered: Path, package: dict[str, object], status: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    answered.write_text(json.dumps({"dependencies": [package], "fixes": []}), encoding="utf-8")
    assert audit.main(["pypi"]) == status
    assert capsys.readouterr().out.count(words) == len(LOCKS)


def test_security_59_a_service_out_of_reach_is_no_clean_bill(answered: Path) -> None:
    answered.write_text("Traceback (most recent call last): …", encoding="utf-8")
    assert audit.main(["pypi"]) == 2


def test_one_package_left_out_is_said() -> None:
    assert audit.answers({"dependencies": [CLEAN, UNKNOWN]})
    assert list(audit.find_known({"dependencies": [CLEAN, UNKNOWN]})) == [
        "flask: not asked about, Dependency not found"
    ]
