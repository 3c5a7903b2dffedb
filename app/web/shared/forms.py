"""What every form shares: CSRF, texts cleaned of what nobody types, the same widgets and messages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Self

from flask import Flask, abort, request
from flask_wtf import CSRFProtect, FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import StopValidation

from app.domain.shared.invisible import without_unseen


class FormGuard(CSRFProtect):
    """The first look at every form that comes in."""

    def protect(self, *args: Any, **options: Any) -> None:
        # A part without a name, which no browser sends, stands under None: a fault to whoever reads the names.
        if request.endpoint and request.method == "POST" and None in request.form:
            abort(400)
        super().protect(*args, **options)


csrf = FormGuard()


def init_app(app: Flask) -> None:
    app.config["WTF_I18N_ENABLED"] = False  # what WTForms says of a wrong date: its own Chinese, see PlainForm
    csrf.init_app(app)


def clean(text: str | None) -> str:
    """Trim a typed text, remove unseen characters and turn all line ends into one kind."""
    return without_unseen(text or "").replace("\r\n", "\n").replace("\r", "\n").strip()


class TypedBefore(MultiDict[str, str]):
    """The texts of a form that was sent before, for the page that shows them again."""


class PlainForm(FlaskForm):
    """A form whose every text is cleaned before it is judged or kept."""

    class Meta(FlaskForm.Meta):
        locales = ("zh",)

        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            """Take only the texts of a form: a file or JSON under a field's name is no text."""
            if isinstance(formdata, TypedBefore):
                return formdata
            return None if formdata is None else request.form

        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Any:
            if issubclass(unbound_field.field_class, StringField):
                options["filters"] = [clean]
            return super().bind_field(form, unbound_field, options)

    def with_ids(self, prefix: str) -> Self:
        """Field ids of this form's own, where a page holds several forms with fields of the same name."""
        for field in self:
            field.id = field.label.field_id = f"{prefix}-{field.name}"
        return self


def version_in(text: str | None) -> int:
    """Return the version that a form of the second of two people carries; 0, which nothing has, where it is none."""
    fits = text is not None and text.isascii() and text.isdecimal() and len(text) < 18
    return int(text) if text is not None and fits else 0


def options(names: Mapping[Any, str]) -> list[SelectChoice]:
    """Return the options of a choice, in the order of a table of names."""
    return [SelectChoice(value, name) for value, name in names.items()]


def needed(message: str) -> Callable[[Any, Any], None]:
    """Create a validator that refuses an empty field. `message` says what would be right."""

    def check(_form: Any, field: Any) -> None:
        if not field.data:
            field.errors[:] = []  # "not a valid choice" says less
            raise StopValidation(message)

    return check


def of_length(low: int, high: int, what: str) -> Callable[[Any, Any], None]:
    """Create a validator for texts of `low` to `high` characters. The refusal says how many there are now."""

    def check(_form: Any, field: Any) -> None:
        length = len(field.data or "")
        if not low <= length <= high:
            raise StopValidation(f"{what}请写{low}到{high}个字，现在是{length}个字。")

    return check


def text_area(label: str, low: int, high: int, *, hint: str = "", rows: int = 5) -> TextAreaField:
    """Create a field for a longer text; its bounds are checked and shown. A browser never cuts what is too long."""
    return TextAreaField(
        label,
        validators=[of_length(low, high, label)],
        description=hint,
        render_kw={"rows": rows, **counted(high)},
    )


def counted(high: int) -> dict[str, Any]:
    """Return what has the browser count the characters of a text, and stop well after the last that is taken."""
    return {"data-count": str(high)}
