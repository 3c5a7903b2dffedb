"""Reads the demonstration's texts from app/data/demo. The README there describes them."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).resolve().parent.parent / "data" / "demo"


def read_texts(name: str) -> dict[str, Any]:
    """Return the content of one TOML file, by its name without the extension."""
    return tomllib.loads((_FOLDER / f"{name}.toml").read_text("utf-8"))
