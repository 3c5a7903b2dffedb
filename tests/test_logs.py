"""What a library logs: the words of its source, never what it fills them with."""

from __future__ import annotations

import logging

from tests.lines import Lines

NAME, CONTACT = "欧阳植入", "13912345678"


def test_security_39_what_a_library_fills_into_its_messages_stays_out(lines: Lines) -> None:
    try:
        try:
            raise KeyError(CONTACT)
        except KeyError as first:
            raise ValueError(NAME) from first
    except ValueError:
        logging.getLogger("a.library").exception("could not send to %s", CONTACT, extra={"to": CONTACT})
    logging.getLogger("py.warnings").warning("%s", f"{NAME} is deprecated")
    logging.getLogger("_granian").error("Application callable raised an exception\nValueError: %s", NAME)
    library, warning, server = lines.all
    assert library["event"] == "could not send to %s"
    assert (library["exception"], library["cause"]) == ("ValueError", "KeyError")
    assert (warning["event"], server["event"]) == ("py.warnings", "Application callable raised an exception")
    assert not any(lines.hold(mark) for mark in (NAME, CONTACT))
