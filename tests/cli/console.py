"""What tests of the console share."""

from __future__ import annotations

from collections.abc import Callable

from click.testing import Result

KEYS = {
    "GONGSHI_SECRET_KEY": "a secret for tests, thirty-two bytes",
    "GONGSHI_IDENTITY_KEY": "a key for tests, thirty-two bytes",
}

Run = Callable[..., Result]
