"""The number of histories: two of each kind, the first in the suite and the other with the long walks, or as many as
the command line says."""

from __future__ import annotations

import pytest


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "number" in metafunc.fixturenames:
        more = range(1, metafunc.config.getoption("--histories"))
        metafunc.parametrize("number", [0, *(pytest.param(number, marks=pytest.mark.soak) for number in more)])
