"""Reads what the demonstration says: app/data/demo, described in the README there."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).resolve().parent.parent / "data" / "demo"


def read_texts(name: str) -> dict[str, Any]:
    """One file by its name without the ending, as tomllib reads it."""
    return tomllib.loads((_FOLDER / f"{name}.toml").read_text("utf-8"))
