"""Logs: one JSON object a line on standard error, without personal data (R19).

What may stand in a line is a closed list of keys. Of a message only the words that stand in the source are kept,
of an exception only its type and place: their arguments may be an objector's text.
"""

from __future__ import annotations

import logging
import logging.config
import sys
import threading
import traceback
from collections.abc import MutableMapping
from pathlib import Path
from types import TracebackType
from typing import Any

import structlog

from config import Settings

ROOT = Path(__file__).resolve().parent.parent
# What a line may say beside time, level, logger, event and request_id.
KEYS = ("method", "route", "status", "ms", "client", "address", "count", "file")
_SERVER = "_granian"  # puts nothing into its messages but its workers' numbers and its own address

_log = logging.getLogger("gongshi")
EventDict = MutableMapping[str, Any]


def configure(settings: Settings) -> None:
    """Configure every logger of this process, and log uncaught exceptions."""
    logging.config.dictConfig(config(settings))
    logging.captureWarnings(True)
    if not settings.demonstration:
        sys.excepthook = _uncaught
        threading.excepthook = lambda fault: _uncaught(fault.exc_type, fault.exc_value, fault.exc_traceback)


def config(settings: Settings) -> dict[str, Any]:
    """Return the settings for `logging.config.dictConfig`, also used by granian's workers."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": formatter, "readable": settings.demonstration}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "stream": "ext://sys.stderr"}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {
            "gongshi": {"level": "INFO"},
            _SERVER: {"level": "INFO", "handlers": [], "propagate": True},
        },
    }


def formatter(readable: bool) -> logging.Formatter:
    """Return the formatter: JSON, or coloured lines with tracebacks for the demonstration's terminal."""
    last: list[Any] = (
        [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]
        if readable
        else [_type_and_place, structlog.processors.JSONRenderer(ensure_ascii=False)]
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            _own_words,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.ExtraAdder(allow=KEYS),
        ],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        use_get_message=False,
        pass_foreign_args=True,
    )


def _own_words(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Return the message as it stands in the source, not filled in."""
    arguments = event.pop("positional_args", ())
    record: logging.LogRecord = event["_record"]
    if record.name == _SERVER and arguments:
        event["event"] = str(event["event"]) % arguments
    elif event["event"] == "%s":
        event["event"] = record.name
    # An exception that escaped is told by granian on the lines after the first, with all it says.
    event["event"] = str(event["event"]).partition("\n")[0]
    return event


def _type_and_place(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Log an exception by its type, its cause and its place, never by its message."""
    _, error, _ = event.pop("exc_info", None) or (None, None, None)
    event.pop("stack_info", None)
    if error is not None:
        event["exception"] = type(error).__qualname__
        if cause := error.__cause__ or error.__context__:
            event["cause"] = type(cause).__qualname__
        event["place"] = _place(error)
    return event


def _place(error: BaseException) -> str:
    """Return the innermost line of ours that the exception passed, or the innermost: app/services/cases/queue.py:57."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if Path(frame.filename).is_relative_to(ROOT / "app")]
    for frame in reversed(ours or frames):
        path = Path(frame.filename)
        return f"{path.relative_to(ROOT) if ours else path.name}:{frame.lineno}"
    return ""


def _uncaught(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    _log.critical("uncaught", exc_info=(kind, error or kind(), trace))
