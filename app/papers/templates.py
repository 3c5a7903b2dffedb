"""The office's papers from templates that staff can restyle in WPS: placeholders in, a .docx out."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docx.shared import Mm
from docxtpl import DocxTemplate, InlineImage
from jinja2.sandbox import SandboxedEnvironment

FOLDER = Path(__file__).with_name("templates")
# What XML can't hold, and what docxtpl would take for a tab, a page or a paragraph of its own.
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f\ufffe\uffff\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG or JPEG to stand where its name stands in the template."""

    content: bytes
    width_mm: float


def render(name: str, context: Mapping[str, Any], folder: Path | None = None) -> bytes:
    """The template of this name, from `folder` where a restyled one lies there, filled in.

    Texts come out as texts, whatever they hold: markup is escaped, nothing in them is ever run.
    """
    path = folder / name if folder and (folder / name).is_file() else FOLDER / name
    template = DocxTemplate(path)
    template.render(
        {key: _fit(value, template) for key, value in context.items()},
        SandboxedEnvironment(autoescape=True),
        autoescape=True,
    )
    written = io.BytesIO()
    template.save(written)
    return written.getvalue()


def _fit(value: Any, template: DocxTemplate) -> Any:
    """Texts without what no paper can hold, pictures as docxtpl wants them, lists and mappings likewise."""
    if isinstance(value, str):
        return _CONTROL.sub("", value)
    if isinstance(value, Picture):
        return InlineImage(template, io.BytesIO(value.content), width=Mm(value.width_mm))
    if isinstance(value, Mapping):
        return {key: _fit(each, template) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_fit(each, template) for each in value]
    return value
