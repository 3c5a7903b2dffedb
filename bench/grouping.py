"""How long near texts take to be grouped, and how right the groups are (R23)."""

from __future__ import annotations

import os
import time
from pathlib import Path

from app.services.cases import likeness
from bench import near_texts, report

_SHAPES = {"group_near_texts_1000": (15, 50, 250), "group_near_texts_10000": (150, 50, 2_500)}


def run(_: Path) -> None:
    texts = {name: near_texts.make(*shape, seed=20_261_129) for name, shape in _SHAPES.items()}
    samples = report.interleaved({name: _grouping(made) for name, made in texts.items()})
    small, large = texts
    for name, made in texts.items():
        start = time.process_time()
        found = likeness.groups((place, each.text) for place, each in enumerate(made))
        cpu = time.process_time() - start
        precision, recall = near_texts.judge(made, found)
        more = {"precision": round(precision, 4), "recall": round(recall, 4), "cpu_s": round(cpu, 2)}
        report.line(name, "s", samples, small if name == large else None, **more, load=round(os.getloadavg()[0], 1))


def _grouping(texts: list[near_texts.NearText]) -> report.Measure:
    def measure() -> float:
        start = time.perf_counter()
        likeness.groups((place, each.text) for place, each in enumerate(texts))
        return time.perf_counter() - start

    return measure
