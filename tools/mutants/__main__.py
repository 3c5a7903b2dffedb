"""Tells how many mutants of the rules the tests of the rules kill: `make mutants`.

    python -m tools.mutants [--sample 500] [--seed 1] [--only app/domain/cases …] [--tests tests/domain …] [--list]

A mutant that means the same as the original is listed in `equivalents.toml` with a reason. It is not run, and the rate
does not count it. Exit status 1: the rate is below the least one, or the list names a mutant that there is not.
"""

from __future__ import annotations

import argparse
import random
import sys
import tomllib
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from tools.mutants.mutating import Mutant, make_mutants
from tools.mutants.running import Run, collect

SOURCES = ("app/domain", "app/calendars")
# Folder by folder: the walks that stand beside the folders go through many rules at once and take minutes.
TESTS = ("tests/domain/*/", "tests/calendars")
EQUIVALENTS = Path(__file__).with_name("equivalents.toml")
LEAST_KILLED = 0.95
_KEY = ("module", "function", "before", "after")


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the survivors and the figures, and return the exit status."""
    options = _parse(arguments)
    every = make_all()
    equivalents = read_equivalents(options.equivalents)
    if gone := sorted(equivalents.keys() - {mutant.key for mutant in every}):
        print("equivalents.toml names what there is not:", *gone, sep="\n  ")
        return 1
    mutants = [mutant for mutant in every if mutant.path.as_posix().startswith(tuple(options.only))]
    if options.sample:
        mutants = random.Random(options.seed).sample(mutants, min(options.sample, len(mutants)))  # noqa: S311 - no secret
    to_run = [mutant for mutant in mutants if mutant.key not in equivalents]
    if options.list:
        print(*map(_describe, mutants), sep="\n")
        return 0
    judged: list[Mutant] = []
    survivors: list[Mutant] = []

    def judge(run: Run) -> None:
        with suppress(KeyboardInterrupt):  # then the figures are of what was run
            for mutant in to_run:
                if run.survives(mutant):
                    survivors.append(mutant)
                    print(_describe(mutant), flush=True)
                judged.append(mutant)

    tests = sorted(str(path) for pattern in options.tests for path in Path().glob(pattern))
    status = collect(tests, sorted({mutant.path for mutant in every}), judge)
    if status:
        return status
    left_out = [mutant for mutant in mutants if mutant.key in equivalents]
    _print_figures([*left_out, *judged], judged, survivors)
    return 0 if len(survivors) <= (1 - LEAST_KILLED) * len(judged) else 1


def make_all() -> list[Mutant]:
    """Return every mutant of the rules."""
    paths = sorted(path for folder in SOURCES for path in Path(folder).rglob("*.py"))
    return [mutant for path in paths for mutant in make_mutants(path, path.read_text("utf-8"))]


def read_equivalents(path: Path = EQUIVALENTS) -> dict[tuple[str, ...], str]:
    """Return the reason for each mutant that means the same as the original, by its key."""
    listed = tomllib.loads(path.read_text("utf-8"))["equivalent"]
    return {tuple(one[name] for name in _KEY): one["reason"] for one in listed}


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.mutants")
    parser.add_argument("--sample", type=int, default=0, help="how many are run, drawn at random; 0: all")
    parser.add_argument("--seed", type=int, default=1, help="where the drawing begins")
    parser.add_argument("--only", nargs="+", default=[""], help="modules or folders, as they stand in the source")
    parser.add_argument("--tests", nargs="+", default=TESTS, help="files or folders of tests")
    parser.add_argument("--equivalents", type=Path, default=EQUIVALENTS, help="the list of those that mean the same")
    parser.add_argument("--list", action="store_true", help="print the mutants and run nothing")
    return parser.parse_args(arguments)


def _describe(mutant: Mutant) -> str:
    where = f"{mutant.path}:{mutant.line} {mutant.function}".rstrip()
    return f"{where}\n  - {mutant.before}\n  + {mutant.after}"


def _print_figures(mutants: Iterable[Mutant], run: Iterable[Mutant], survivors: Iterable[Mutant]) -> None:
    made, tried, alive = (Counter(mutant.path.as_posix() for mutant in some) for some in (mutants, run, survivors))
    print(f"\n{'module':<48}{'made':>6}{'same':>6}{'killed':>8}{'alive':>7}{'rate':>8}")
    for module in sorted(made):
        print(_line(module, made[module], tried[module], alive[module]))
    print(_line("all", made.total(), tried.total(), alive.total()))


def _line(name: str, made: int, tried: int, alive: int) -> str:
    rate = f"{(tried - alive) / tried:8.1%}" if tried else f"{'-':>8}"
    return f"{name:<48}{made:6}{made - tried:6}{tried - alive:8}{alive:7}{rate}"


if __name__ == "__main__":
    sys.exit(main())
