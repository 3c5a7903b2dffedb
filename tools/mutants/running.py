"""Runs the tests against one mutant at a time, each in a forked child of a process that has collected the tests.

The tests that call a changed function are known from one run that is traced. A child puts the changed code into the
functions of the module and runs these tests until one fails. What runs before any test, while the application and the
tests are imported, is tried by every test, in a child that imports them anew.
"""

from __future__ import annotations

import gc
import os
import pickle
import resource
import signal
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_file_location
from pathlib import Path
from types import CodeType, FrameType, FunctionType, ModuleType

import hypothesis
import pytest
from _pytest.runner import runtestprotocol

from tools.mutants.mutating import Mutant

# The tests bring no database: tests/conftest.py and the plugins of other libraries are left out.
OPTIONS = (
    *("-o", "addopts=", "--import-mode=importlib", "--noconftest", "-q", "-s"),
    *("-p", "no:cacheprovider", "-p", "no:warnings", "-p", "_hypothesis_pytestplugin"),
)
OURS = ("app", "tests")  # packages that are imported anew
_SECONDS_AT_ONCE, _SECONDS_ANEW = 1.0, 10.0  # of processor time, beside five times what a test takes
_MEMORY = 4 << 30  # bytes
_Scope = tuple[str, str]  # a file, and the qualified name of a function in it


@dataclass(slots=True)
class Coverage:
    """Which tests call a function, and the seconds of processor time that each takes.

    Tests are named without their parameters. `before` are the functions that run before any test; modules and bodies of
    classes count as such.
    """

    before: set[_Scope]
    tests: dict[_Scope, set[str]] = field(default_factory=lambda: defaultdict(set))
    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))

    def of_function(self, mutant: Mutant) -> list[str]:
        """Return the tests that call the changed function, the likeliest to fail first."""
        return self._sorted(self.tests.get(_scope(mutant), set()), mutant)

    def of_module(self, mutant: Mutant) -> tuple[list[str], list[str]]:
        """Return the tests that are named after the module, and all others, those that call a function of it first.

        The others are needed in full. A constant may serve another module alone, and a test may have called what was
        changed while its table was made: neither shows in what the tests call.
        """
        own = {test for test in self.seconds if _is_named_after(mutant, test)}
        near = {test for (path, _), tests in self.tests.items() if path == _scope(mutant)[0] for test in tests} - own
        far = self.seconds.keys() - own - near
        return self._sorted(own, mutant), self._sorted(near, mutant) + self._sorted(far, mutant)

    def _sorted(self, tests: Iterable[str], mutant: Mutant) -> list[str]:
        """Sort the module's own tests first, then by the time that they take."""
        return sorted(tests, key=lambda test: (not _is_named_after(mutant, test), self.seconds[test], test))


class Run:
    """A pytest plugin that judges mutants instead of running the tests once."""

    def __init__(self, sources: Sequence[Path], judge: Callable[[Run], None]) -> None:
        self._watched = {str(path.resolve()) for path in sources}
        self._judge = judge
        self._items: dict[str, list[pytest.Item]] = defaultdict(list)
        self._functions: dict[tuple[str, str, int], list[FunctionType]] = defaultdict(list)
        self.coverage = Coverage(set())

    @pytest.hookimpl(wrapper=True)
    def pytest_collection(self) -> Iterator[None]:
        """Note what runs while the tests are imported."""
        with self._traced(self.coverage.before):
            return (yield)

    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        """Measure, then hand over to the judge. What could not be collected is pytest's to tell."""
        if session.testsfailed:
            return None
        for item in session.items:
            self._items[_name(item)].append(item)
        self.coverage = _in_child(self._measure)
        if not self._passes_anew(None, list(self._items)):  # or each change that is tried so would count as noticed
            pytest.exit("the tests fail when everything is imported anew without any change", returncode=2)
        for function in gc.get_objects():
            if isinstance(function, FunctionType) and function.__code__.co_filename in self._watched:
                self._functions[_place(function.__code__)].append(function)
        seconds = self.coverage.seconds
        print(f"{len(seconds)} tests, {sum(seconds.values()):.0f} s of processor time", flush=True)
        self._judge(self)
        return True

    def survives(self, mutant: Mutant) -> bool:
        """Tell whether no test fails with the change."""
        calling = self.coverage.of_function(mutant)
        if calling and not self._passes_at_once(mutant, calling):
            return False
        if _scope(mutant) in self.coverage.before:
            return all(self._passes_anew(mutant, tests) for tests in self.coverage.of_module(mutant) if tests)
        return True

    @contextmanager
    def _traced(self, scopes: set[_Scope]) -> Iterator[None]:
        """Add what is called of the sources meanwhile."""

        def trace(frame: FrameType, event: str, _: object) -> None:
            if frame.f_code.co_filename in self._watched:
                name = frame.f_code.co_qualname.partition(".<locals>")[0]
                scopes.add((frame.f_code.co_filename, "" if name == "<module>" else name))

        sys.settrace(trace)
        try:
            yield
        finally:
            sys.settrace(None)

    def _measure(self) -> Coverage:
        found = Coverage(self.coverage.before)
        for name, items in self._items.items():
            scopes: set[_Scope] = set()
            began = time.process_time()
            with self._traced(scopes):
                failed = _first_failure(items)
            found.seconds[name] = time.process_time() - began
            if failed:
                raise RuntimeError(f"{failed} fails without any change")
            for scope in scopes:
                found.tests[scope].add(name)
        return found

    def _passes_at_once(self, mutant: Mutant, tests: Sequence[str]) -> bool:
        def attempt() -> int:
            for code in _codes(mutant.compile()):
                for function in self._functions.get(_place(code), ()):
                    function.__code__ = code
            for test in tests:
                self._allow(test, _SECONDS_AT_ONCE)
                if _first_failure(self._items[test]):
                    return 1
            return 0

        return self._attempt(attempt) == 0

    def _passes_anew(self, mutant: Mutant | None, tests: Sequence[str]) -> bool:
        """Tell whether the tests pass in a process that imports everything anew, with the change where there is one."""

        def attempt() -> int:
            for name in [name for name in sys.modules if name.partition(".")[0] in OURS]:
                del sys.modules[name]
            if mutant:
                sys.meta_path.insert(0, _Changed(mutant))
            files = dict.fromkeys(test.partition("::")[0] for test in tests)
            return int(pytest.main([*OPTIONS, "-x", *files], plugins=[_Chosen(tests, self._allow)]))

        return self._attempt(attempt) in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)

    def _allow(self, test: str, spare: float) -> None:
        """Let this process end by a signal if the test takes five times as long as it did, and `spare` seconds."""
        signal.setitimer(signal.ITIMER_PROF, spare + 5 * self.coverage.seconds[test])

    def _attempt(self, attempt: Callable[[], int]) -> int:
        """Return the exit status of a child; negative where it took too much time or memory."""
        child = os.fork()
        if child:
            return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        status = 1
        try:
            signal.setitimer(signal.ITIMER_PROF, _SECONDS_ANEW)  # to import and to collect
            resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
            nowhere = os.open(os.devnull, os.O_RDWR)
            os.dup2(nowhere, 1)
            os.dup2(nowhere, 2)
            status = attempt()
        finally:
            os._exit(status)


def collect(tests: Sequence[str], sources: Sequence[Path], judge: Callable[[Run], None]) -> int:
    """Collect the tests and let `judge` ask about mutants of the sources. Returns pytest's exit status."""
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    # No shrinking: one failing example is enough. The same examples each time, and none kept for other runs.
    phases = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
    hypothesis.settings.register_profile("mutants", phases=phases, derandomize=True, database=None, deadline=None)
    hypothesis.settings.load_profile("mutants")
    return int(pytest.main([*OPTIONS, *tests], plugins=[Run(sources, judge)]))


def _in_child(work: Callable[[], Coverage]) -> Coverage:
    """Return what `work` returns, done in a child: caches that it fills are not there afterwards."""
    with tempfile.TemporaryFile() as answer:
        child = os.fork()
        if not child:
            status = 1
            try:
                pickle.dump(work(), answer)
                answer.flush()
                status = 0
            except RuntimeError as error:
                print(error, file=sys.stderr)
            finally:
                os._exit(status)
        if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]):
            pytest.exit("the tests could not be measured", returncode=2)
        answer.seek(0)
        return pickle.load(answer)  # noqa: S301 - written above


def _first_failure(items: Sequence[pytest.Item]) -> str | None:
    for item, following in zip(items, [*items[1:], None], strict=True):
        if any(report.failed for report in runtestprotocol(item, log=False, nextitem=following)):
            return item.nodeid
    return None


def _scope(mutant: Mutant) -> _Scope:
    return str(mutant.path.resolve()), mutant.scope


def _is_named_after(mutant: Mutant, test: str) -> bool:
    return Path(test.partition("::")[0]).stem.startswith(f"test_{mutant.path.stem}")


def _name(item: pytest.Item) -> str:
    return item.nodeid.partition("[")[0]


def _place(code: CodeType) -> tuple[str, str, int]:
    return code.co_filename, code.co_qualname, code.co_firstlineno


def _codes(code: CodeType) -> Iterator[CodeType]:
    """Yield a code object and all those inside it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


class _Chosen:
    """A pytest plugin that runs only these tests, in their order."""

    def __init__(self, tests: Sequence[str], allow: Callable[[str, float], None]) -> None:
        self._order = {test: place for place, test in enumerate(tests)}
        self._allow = allow

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        self._allow(_name(item), _SECONDS_ANEW)

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        chosen = [item for item in items if _name(item) in self._order]
        items[:] = sorted(chosen, key=lambda item: self._order[_name(item)])


class _Changed(MetaPathFinder, Loader):
    """Imports one module with its change, and leaves the others to Python."""

    def __init__(self, mutant: Mutant) -> None:
        parts = mutant.path.with_suffix("").parts
        self._is_package = parts[-1] == "__init__"
        self._name = ".".join(parts[:-1] if self._is_package else parts)
        self._mutant = mutant

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        if name != self._name:
            return None
        where = self._mutant.path.resolve()
        inside = [str(where.parent)] if self._is_package else None
        return spec_from_file_location(name, where, loader=self, submodule_search_locations=inside)

    def exec_module(self, module: ModuleType) -> None:
        exec(self._mutant.compile(), module.__dict__)  # noqa: S102 - the project's own source
