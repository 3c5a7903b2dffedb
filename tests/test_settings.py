"""docs/operations.md lists every setting once, with its default, and no document names a setting that is not there."""

from __future__ import annotations

import re
from dataclasses import MISSING, fields
from pathlib import Path

import pytest

from config import PREFIX, BadSettings, Settings

ROOT = Path(__file__).resolve().parents[1]
OPERATIONS = (ROOT / "docs" / "operations.md").read_text("utf-8")
ROW = re.compile(rf"^\| `({PREFIX}\w+)` \| (.+?) \| (.+?) \|$", re.MULTILINE)
NAME = re.compile(rf"\b{PREFIX}[A-Z][A-Z0-9_]*\b")
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "deploy").glob("*.*"))]


def name_default(value: object) -> str:
    """A default as the table writes it: none where the setting is left out."""
    if value == "":
        return "none"
    return f"`{int(value) if isinstance(value, bool) else value}`"


DEFAULTS = {PREFIX + field.name.upper(): name_default(field.default) for field in fields(Settings)}


def test_every_setting_has_a_default() -> None:
    assert [field.name for field in fields(Settings) if field.default is MISSING] == []


def test_the_table_has_every_setting_once_with_its_default() -> None:
    table = OPERATIONS.partition("\n## Settings\n")[2].partition("\n## ")[0]
    rows = [(name, default.partition(":")[0]) for name, default, _ in ROW.findall(table)]
    assert sorted(rows) == sorted(DEFAULTS.items())


def test_no_document_has_a_second_table_of_settings() -> None:
    tables = {
        path.name: len(re.findall(rf"^\| `{PREFIX}", path.read_text("utf-8"), re.MULTILINE)) for path in DOCUMENTS
    }
    keys = 3  # the table of keys says when each is replaced, and how
    assert {name: rows for name, rows in tables.items() if rows} == {"operations.md": len(DEFAULTS) + keys}


def test_no_document_names_a_setting_that_is_not_there() -> None:
    named = {(path.name, name) for path in DOCUMENTS for name in NAME.findall(path.read_text("utf-8"))}
    assert {(path, name) for path, name in named if name not in DEFAULTS} == set()


def test_serve_names_what_is_missing_of_the_sites_identity_outside_the_demonstration(tmp_path: Path) -> None:
    parts = ("site_organ", "site_host", "site_phone", "site_icp", "site_police", "site_code", "site_mark", "site_city")
    missing = Settings().lacking_identity()
    names = [sentence.partition(" ")[0].removeprefix(PREFIX).lower() for sentence in missing]
    assert names == [*parts, "public_url"]
    mark = tmp_path / "mark.png"
    mark.write_bytes(b"a picture")
    whole = dict.fromkeys(parts, "所设的值") | {"site_mark": str(mark), "public_url": "https://gongshi.lanhe.example"}
    assert Settings(**whole).lacking_identity() == []  # type: ignore[arg-type] # every one of them is text
    assert "不存在" in Settings(**whole | {"site_mark": "/nowhere.png"}).lacking_identity()[0]  # type: ignore[arg-type]
    assert Settings(demonstration=True).lacking_identity() == []


@pytest.mark.parametrize(
    ("setting", "value", "says"),
    [
        ("request_days", 0, "REQUEST_DAYS 应在1到60之间"),
        ("request_days", 61, "REQUEST_DAYS 应在1到60之间"),
        ("security_contact", "security@office.example", "SECURITY_CONTACT 应以 mailto:"),
        ("security_contact", "https://a.example/\nContact: mailto:b@c.example", "SECURITY_CONTACT 应以 mailto:"),
    ],
)
def test_a_value_that_cannot_be_used_is_named_with_what_would_be_right(setting: str, value: object, says: str) -> None:
    with pytest.raises(BadSettings, match=says):
        Settings(**{setting: value})  # type: ignore[arg-type] # each case knows what it sets


def test_security_53_serve_warns_where_it_listens_to_the_open_without_a_proxy() -> None:
    assert Settings().stands_open() == []
    assert Settings(host="0.0.0.0", trusted_proxies=1).stands_open() == []  # noqa: S104 - named, not listened to
    for host in ("0.0.0.0", "::", "192.0.2.8"):  # noqa: S104
        [sentence] = Settings(host=host).stands_open()
        assert "nginx" in sentence
