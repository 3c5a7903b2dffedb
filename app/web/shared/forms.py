"""What every form shares: CSRF, removal of invisible characters, widgets and messages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Self

from flask import Flask, abort, request
from flask_wtf import CSRFProtect, FlaskForm
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from wtforms import SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import StopValidation
from wtforms.widgets import Select, html_params

from app.domain.shared.invisible import without_invisible
from app.services.accounts.units import FULL_NAME

_FEW_UNITS = 20  # as many as one looks through at a glance
MOST_SUGGESTED = 300


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


class _UnitInput:
    """Few units are a plain choice. Many are typed, with the browser's own suggestions: searching needs no script."""

    def __call__(self, field: UnitField, **options: Any) -> Markup:
        if len(field.choices or ()) <= _FEW_UNITS:
            plain: Markup = Select()(field, **options)
            return plain
        options.setdefault("id", field.id)
        suggestions = f"{field.id}-units"
        given = {"name": field.name, "value": field.shown, "list": suggestions, "autocomplete": "off"}
        # Any name can be typed. Own units, which come after the one above them, are suggested where there is room.
        suggested = sorted(field.names.values(), key=lambda name: FULL_NAME in name)[:MOST_SUGGESTED]
        names = Markup("").join(Markup("<option value='{}'></option>").format(name) for name in suggested)
        return Markup("<input type='text' {}><datalist id='{}'>{}</datalist>").format(
            html_params(**given, **options), suggestions, names
        )


class UnitField(SelectField):
    """The choice of a unit among those offered, by its id or by the name that was typed."""

    data: Any
    widget = _UnitInput()
    typed = ""
    _sent = ""

    @property
    def names(self) -> dict[str, str]:
        return {str(choice.value): str(choice.label) for choice in self.choices or ()}

    @property
    def shown(self) -> str:
        return self.typed or self.names.get(str(self.data), "")

    def process_formdata(self, valuelist: list[str]) -> None:
        self._sent = clean(valuelist[0]) if valuelist else ""
        self.data = None
        if self._sent.isdecimal():
            super().process_formdata([self._sent])

    def pre_validate(self, form: Any) -> None:
        """Find the unit that was typed: the choices are set after the form was read."""
        if self.process_errors or self.data is not None or not self._sent:
            super().pre_validate(form)
            return
        sent = self._sent
        self.typed = sent
        found = [value for value, name in self.names.items() if name == sent] or [
            value for value, name in self.names.items() if sent in name
        ]
        if len(found) != 1:
            some = f"有{len(found)}个单位" if found else "没有单位"
            raise StopValidation(f"{some}的名称写着“{sent}”，请从列表里选一个。")
        self.data, self.typed = self.coerce(found[0]), ""


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
