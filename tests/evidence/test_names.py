"""Names of stored files: random, and no path hides in one."""

from __future__ import annotations

import pytest

from app.evidence.names import checked, is_name, new_name


def test_a_name_is_random_and_tells_nothing() -> None:
    names = {new_name() for _ in range(1000)}
    assert len(names) == 1000
    assert all(len(name) == 32 and set(name) <= set("0123456789abcdef") for name in names)


@pytest.mark.parametrize("name", ["", "../etc/passwd", "0" * 31, "0" * 33, "A" * 32, "0" * 31 + "/", "0" * 32 + "\n"])
def test_what_new_name_could_not_have_given_is_no_name(name: str) -> None:
    assert not is_name(name)
    with pytest.raises(ValueError, match="not the name of a stored file"):
        checked(name)
