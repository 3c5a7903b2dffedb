"""Metrics for Prometheus: figures of the database at this moment, and what the workers counted.

They need GONGSHI_METRICS_TOKEN. Without it, and where none is set, the answer is 404.
"""

from __future__ import annotations

import datetime as dt
import hmac
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Flask, Response, abort, current_app, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from app import clock
from app.services.upkeep.clocks import clock_ahead
from app.services.upkeep.metrics import Readings, take_readings
from app.web.shared.access import everyone
from app.web.shared.limits import BUCKETS
from app.web.shared.portal import now, portal, session
from config import shared_counters

if TYPE_CHECKING:
    from prometheus_client import Metric

blueprint = Blueprint("metrics", __name__)
_COUNTERS = "metrics_counters"
_STATUSES = ("2xx", "3xx", "4xx", "5xx")


class Counters:
    """Counters since the server started: one set a worker, added up when read.

    prometheus_client is imported here and not above. On its first import it decides by the environment whether counters
    are shared between workers, and processes/server.py sets that environment in each worker.
    """

    def __init__(self) -> None:
        from prometheus_client import CollectorRegistry, Counter

        self.shared = shared_counters()
        self.registry = CollectorRegistry()

        def counter(name: str, says: str, label: str, values: Iterable[str]) -> Any:
            made = Counter(f"gongshi_{name}", says, (label,), registry=self.registry)
            for value in values:  # a counter begins at 0, and its file is allocated while the disk still has room
                made.labels(value)
            return made

        self.answers = counter("answers_total", "Answers, without pages from memory.", "status", _STATUSES)
        self.refused = counter("refused_requests_total", "Requests refused by a rate limit.", "bucket", BUCKETS)
        self.faults = counter("faults_total", "Answers that should not have been.", "kind", ("storage", "fault"))

    def exposition(self, gauges: Any) -> str:
        """Return all metrics in Prometheus's text format."""
        from prometheus_client import CollectorRegistry, generate_latest
        from prometheus_client.multiprocess import MultiProcessCollector

        everything = CollectorRegistry()
        everything.register(gauges)
        if self.shared:
            MultiProcessCollector(everything, self.shared)
        else:
            everything.register(self.registry)
        return generate_latest(everything).decode()


def counters() -> Counters:
    these: Counters = current_app.extensions[_COUNTERS]
    return these


def count_refusal(bucket: str) -> None:
    """Count a request that a rate limit refused."""
    counters().refused.labels(bucket).inc()


def count_fault(kind: str) -> None:
    """Count an answer that failed by a fault of the portal; `kind` is `storage` or `fault`."""
    counters().faults.labels(kind).inc()


@blueprint.get("/metrics")
@everyone
def scrape() -> ResponseReturnValue:
    if not _may_read(portal().settings.metrics_token):
        abort(404)
    ahead = dt.timedelta()
    try:
        figures = take_readings(session(), now())
        ahead = clock_ahead(session(), clock.now)
    except SQLAlchemyError:  # the counters matter all the more when the database fails
        figures = None
    return Response(counters().exposition(Gauges(figures, ahead)), mimetype="text/plain; version=0.0.4")


def _may_read(token: str) -> bool:
    given = request.headers.get("Authorization", "")
    return bool(token) and hmac.compare_digest(given.encode(), f"Bearer {token}".encode())


class Gauges:
    """Figures of the database as a collector of Prometheus."""

    def __init__(self, figures: Readings | None, clock_ahead: dt.timedelta) -> None:
        self.figures = figures
        self.clock_ahead = clock_ahead

    def collect(self) -> Iterator[Metric]:
        from prometheus_client.core import GaugeMetricFamily

        def gauge(name: str, says: str, value: float) -> Metric:
            return GaugeMetricFamily(f"gongshi_{name}", says, value)

        yield gauge("database_up", "Whether the database answered.", self.figures is not None)
        if (read := self.figures) is None:
            return
        cases = GaugeMetricFamily("gongshi_open_cases", "Cases without an end, by state.", labels=["state"])
        for state, count in read.open_cases.items():
            cases.add_metric([state], count)
        yield cases
        yield gauge("escalated_cases", "Cases nobody accepted or declined in two working days.", read.escalated_cases)
        yield gauge("cases_without_two_people", "Open cases nobody can conclude.", read.cases_without_two_people)
        yield gauge(
            "oldest_unaccepted_hours",
            "Age of the oldest case still to be accepted.",
            _hours(read.oldest_unaccepted),
        )
        yield gauge("open_periods", "Periods that are public now.", read.open_periods)
        yield gauge("open_cases_at_next_deadline", "Open cases that lapse then.", read.open_cases_at_next_deadline)
        yield gauge("unsettled_due_periods", "Periods past their deadline, not settled.", read.unsettled_due_periods)
        yield gauge("settlement_lag_seconds", "Since the oldest such deadline.", read.settlement_lag.total_seconds())
        ahead = self.clock_ahead.total_seconds()
        yield gauge("clock_ahead_seconds", "This server's clock before the database's; negative: behind.", ahead)
        yield gauge("unsent_warnings", "Warnings in the outbox that no channel has taken.", read.unsent_warnings)
        yield gauge(
            "broken_invariants", "Rows that break a rule, found by the last nightly check.", read.broken_invariants
        )
        yield gauge("unsealed_acts", "Acts of the record without a seal.", read.unsealed_acts)
        waits = read.oldest_unsealed.total_seconds()
        yield gauge("oldest_unsealed_seconds", "Since the first of them was written.", waits)
        if read.since_last_checkpoint is not None:
            age = read.since_last_checkpoint.total_seconds()
            yield gauge("last_checkpoint_seconds", "Since a checkpoint was published.", age)
        if read.since_last_stamp is not None:
            age = read.since_last_stamp.total_seconds()
            yield gauge("last_stamp_seconds", "Since a checkpoint was stamped.", age)
        if read.since_last_cosignature is not None:
            age = read.since_last_cosignature.total_seconds()
            yield gauge("last_cosignature_seconds", "Since a checkpoint was cosigned.", age)
        if read.since_last_check is not None:
            yield gauge("last_check_hours", "Since the data was last checked.", _hours(read.since_last_check))
        if read.until_next_deadline is not None:
            yield gauge("hours_to_next_deadline", "To the next deadline of a period.", _hours(read.until_next_deadline))
        if read.since_last_tick is not None:
            yield gauge("last_tick_seconds", "Since the clock last ticked.", read.since_last_tick.total_seconds())


def _hours(duration: dt.timedelta) -> float:
    return round(duration.total_seconds() / 3600, 3)


def init_app(app: Flask) -> None:
    app.extensions[_COUNTERS] = Counters()
    app.register_blueprint(blueprint)

    @app.after_request
    def count(response: Response) -> Response:
        counters().answers.labels(f"{response.status_code // 100}xx").inc()
        return response
