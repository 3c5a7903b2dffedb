"""The program that strangers check with (static/verify/), as a module: a process a check would take minutes."""

from __future__ import annotations

import importlib.util
import io
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

PROGRAM = Path(__file__).parent.parent / "static" / "verify" / "gongshi-verify.py"


class _Output(io.StringIO):
    def reconfigure(self, **_options: Any) -> None:
        """Do nothing: the program asks the console to replace what it cannot show."""


def load_program() -> Any:
    found = importlib.util.spec_from_file_location("gongshi_verify", PROGRAM)
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def verified(folder: Path, what: str, *files: bytes, keys: tuple[object, ...] = ()) -> tuple[int, str]:
    """Run the program on these files. Returns its exit code and what it says."""
    names = []
    for number, content in enumerate(files):
        path = folder / f"file-{number}"
        path.write_bytes(content)
        names.append(str(path))
    with redirect_stdout(_Output()) as said:
        code = load_program().main([what, *names, *map(str, keys)])
    return code, said.getvalue()
