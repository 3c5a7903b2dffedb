"""What every form shares: CSRF, removal of invisible characters, widgets and messages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Self

from flask import Flask, abort, request
from flask_wtf import CSRFProtect, FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import StopValidation

from app.domain.shared.invisible import without_invisible


class FormGuard(CSRFProtect):
    """Checks every submitted form before its view runs."""

    def protect(self, *args: Any, **options: Any) -> None:
        # No browser sends a part without a name. Werkzeug stores it under None, which readers of names do not expect.
        if request.endpoint and request.method == "POST" and None in request.form:
            abort(400)
        super().protect(*args, **options)


csrf = FormGuard()


def init_app(app: Flask) -> None:
    app.config["WTF_I18N_ENABLED"] = False  # WTForms' message for a wrong date comes in its own Chinese, see PlainForm
    csrf.init_app(app)


def clean(text: str | None) -> str:
    """Trim a typed text, remove invisible characters and normalise line ends."""
    return without_invisible(text or "").replace("\r\n", "\n").replace("\r", "\n").strip()


class TypedBefore(MultiDict[str, str]):
    """Form data of an earlier request, for the page that shows it again."""


class PlainForm(FlaskForm):
    """A form that cleans every text before it is validated or stored."""

    class Meta(FlaskForm.Meta):
        locales = ("zh",)

        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            """Pass on texts only: a file or JSON under a field's name is ignored."""
            if isinstance(formdata, TypedBefore):
                return formdata
            return None if formdata is None else request.form

        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Any:
            if issubclass(unbound_field.field_class, StringField):
                options["filters"] = [clean]
            return super().bind_field(form, unbound_field, options)

    def with_ids(self, prefix: str) -> Self:
        """Return Meta with prefixed field ids, for a page that holds several forms with fields of the same name."""
        for field in self:
            field.id = field.label.field_id = f"{prefix}-{field.name}"
        return self


def version_in(text: str | None) -> int:
    """Return the version in the form that confirms a proposal. Returns 0, which no proposal has, for any other text."""
    fits = text is not None and text.isascii() and text.isdecimal() and len(text) < 18
    return int(text) if text is not None and fits else 0


def options(names: Mapping[Any, str]) -> list[SelectChoice]:
    """Return the options of a choice, in the order of a table of names."""
    return [SelectChoice(value, name) for value, name in names.items()]


def needed(message: str) -> Callable[[Any, Any], None]:
    """Create a validator that refuses an empty field. `message` says what would be right."""

    def check(_form: Any, field: Any) -> None:
        if not field.data:
            field.errors[:] = []  # replaces WTForms' "not a valid choice", which says less
            raise StopValidation(message)

    return check


def of_length(low: int, high: int, what: str) -> Callable[[Any, Any], None]:
    """Create a validator for texts of `low` to `high` characters. The refusal says how many there are now."""

    def check(_form: Any, field: Any) -> None:
        length = len(field.data or "")
        if not low <= length <= high:
            now = f"现在是{length}个字" if length else "现在还没有写"
            raise StopValidation(f"{what}请写{low}到{high}个字，{now}。")

    return check


def text_area(label: str, low: int, high: int, *, hint: str = "", rows: int = 5, must: bool = False) -> TextAreaField:
    """Create a field for a longer text. Its bounds are checked and shown, and the browser never truncates."""
    return TextAreaField(
        label,
        validators=[of_length(low, high, label)],
        description=hint,
        render_kw={"rows": rows, **counted(high), **({"required": True} if must else {})},
    )


def counted(high: int) -> dict[str, Any]:
    """Return attributes for the browser's character count, with a maxlength well above the limit."""
    return {"data-count": str(high)}
