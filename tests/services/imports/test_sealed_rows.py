"""The rows of an import lie sealed."""

from __future__ import annotations

from pathlib import Path

from app.sealing import Keyring
from app.services.imports import sealed_rows
from app.services.upkeep import keys
from tests.lists import NOW, checked, person, sheet
from tests.world import World, at


def test_security_15_rows_are_sealed_anew_when_the_key_is_replaced(roomy: World, folder: Path) -> None:
    import_id = checked(roomy, folder, {"a.xlsx": sheet([person(0), person(1)])})
    fresh = "another key for tests, thirty-two bytes"
    roomy.run(keys.rotate, now=at(NOW), keyring=Keyring(fresh, [roomy.key.decode()]))
    with roomy.database.reader() as session:
        rows = list(sealed_rows.each(session, Keyring(fresh), import_id))
    assert [row.name for row in rows] == ["", "赵小一", "钱小一"]
