"""What the applications of one test process share: compiled routes and templates. Each test has its own applications.

An application has some three hundred routes. Werkzeug compiles two functions for each, which takes most of the time
that an application takes to make.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import CodeType

from flask import Flask
from flask.templating import Environment
from jinja2 import FileSystemBytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule

_create_environment = Flask.create_jinja_environment
_compile_builder = Rule._compile_builder
_builders: dict[object, Callable[..., tuple[str, str]]] = {}


def share_compiled_routes() -> None:
    """Let equal routes of all applications in this process share their compiled functions."""
    Rule._compile_builder = _shared_builder  # type: ignore[method-assign]


def _shared_builder(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
    # What the function is made of. It gets the rule, with its converters, as its first argument.
    defaults = tuple(sorted((rule.defaults or {}).items()))
    key = (rule.rule, tuple(rule._trace), defaults, append_unknown)
    if key not in _builders:
        _builders[key] = _compile_builder(rule, append_unknown)
    return _builders[key]


def share_compiled_templates(folder: Path) -> None:
    """Let all applications that this process makes from here on keep their compiled templates in `folder`."""
    compiled = CompiledTemplates(str(folder))

    def environment(app: Flask) -> Environment:
        made = _create_environment(app)
        made.bytecode_cache = compiled
        return made

    Flask.create_jinja_environment = environment  # type: ignore[method-assign]


class CompiledTemplates(FileSystemBytecodeCache):
    """Compiled once a run, for all its processes; read from the folder once a process."""

    def __init__(self, folder: str) -> None:
        super().__init__(folder)
        self._read: dict[tuple[str, str], CodeType] = {}  # by key and checksum of the source

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._read.get((bucket.key, bucket.checksum))
        if bucket.code is None:
            super().load_bytecode(bucket)
            self._keep(bucket)

    def dump_bytecode(self, bucket: Bucket) -> None:
        super().dump_bytecode(bucket)
        self._keep(bucket)

    def _keep(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self._read[bucket.key, bucket.checksum] = bucket.code
