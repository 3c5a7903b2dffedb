"""A figure as one JSON line: the median of interleaved rounds, and its ratio to what was measured beside it."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from statistics import median
from typing import Any

ROUNDS = 5
Measure = Callable[[], float]


def interleaved(measures: dict[str, Measure]) -> dict[str, list[float]]:
    """Run every measure once a round, in turn, so that disturbances of the machine affect all of them."""
    samples: dict[str, list[float]] = {name: [] for name in measures}
    for _ in range(ROUNDS):
        for name, measure in measures.items():
            samples[name].append(measure())
    return samples


def ratio(values: Sequence[float], others: Sequence[float]) -> float:
    """Return the median of the ratios of each round. The two values of a round come from the same machine."""
    return median(value / other for value, other in zip(values, others, strict=True))


def line(name: str, unit: str, samples: dict[str, list[float]], ratio_to: str | None = None, **more: Any) -> None:
    """Print one figure; `samples` holds it and what it is compared to."""
    figure = {
        "name": name,
        "value": _short(median(samples[name])),
        "unit": unit,
        "ratio_to": ratio_to,
        "ratio": _short(ratio(samples[name], samples[ratio_to])) if ratio_to else None,
    }
    print(json.dumps(figure | more), flush=True)


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the value below which `percent` of a hundred lie."""
    return sorted(values)[min(len(values) - 1, int(len(values) * percent / 100))]


def _short(value: float) -> float:
    return float(f"{value:.4g}")
