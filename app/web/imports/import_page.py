"""One import: its faults row by row, and the buttons to confirm or drop it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, IntegerField
from wtforms.widgets import HiddenInput

from app.evidence.names import StoreDown
from app.models import Import
from app.services.imports import confirming, reading, receiving
from app.services.imports.receiving import STATE_NAMES, form_names
from app.services.imports.viewing import ImportLine, RowProblem, View
from app.web.imports.blueprint import blueprint
from app.web.shared.access import OFFICE_AND_UNITS, actor, allow, work
from app.web.shared.attempts import Attempt, attempt
from app.web.shared.forms import PlainForm
from app.web.shared.lists import Column, Filter, Listing
from app.web.shared.portal import now, portal, session


class ImportButton(PlainForm):
    """A button, nothing to fill in."""


class ConfirmForm(PlainForm):
    """The button that imports. `answered` is the number of questions shown beside it."""

    answered = BooleanField("我已逐条核对上面要核对的地方，照表上的导入")
    questions = IntegerField(widget=HiddenInput())


@blueprint.get("/<int:import_id>")
@allow(*OFFICE_AND_UNITS)
def one(import_id: int) -> ResponseReturnValue:
    found = receiving.visible(session(), import_id, actor())
    return _listing(import_id).answer("imports/import.html", **_shown(found))


@blueprint.get("/<int:import_id>/problems")
@allow(*OFFICE_AND_UNITS)
def problems(import_id: int) -> ResponseReturnValue:
    """Show every fault, one a line, to print or to save as a sheet."""
    found = receiving.visible(session(), import_id, actor())
    listing: Listing[RowProblem] = Listing(
        title="导入问题清单",
        columns=[
            Column("number", "行", lambda f: f.line.where, 6),
            Column("called", "名称", lambda f: f.line.called, 22),
            Column("column", "栏目", lambda f: f.column, 16),
            Column("wrong", "哪里不对", lambda f: f.wrong, 40),
            Column("right", "应当怎样", lambda f: f.right, 50),
        ],
        rows=list(_view(import_id).faults()),
        empty="没有问题。可以回到上一页确认导入。",
    )
    return listing.answer("imports/problems.html", imported=found, form_name=_form_name(found))


@blueprint.post("/<int:import_id>/confirm")
@allow(*OFFICE_AND_UNITS)
def confirm(import_id: int) -> ResponseReturnValue:
    form = ConfirmForm()
    answered = (form.questions.data or 0) if form.answered.data else 0
    tried = attempt(lambda: confirming.confirm(work(), import_id, answered))
    if tried.refused:
        return _refused(import_id, tried)
    made = tried.result
    programme_id = receiving.visible(session(), import_id, actor()).programme_id
    counted = {"新增{}个推荐对象": made["new"], "补充材料{}个": made["filled"]}
    done = "，".join(words.format(count) for words, count in counted.items() if count)
    flash(f"已导入：{done or '没有新增的推荐对象'}。")
    return redirect(url_for("nominees.nominees", programme=programme_id), 303)


@blueprint.post("/<int:import_id>/drop")
@allow(*OFFICE_AND_UNITS)
def drop(import_id: int) -> ResponseReturnValue:
    programme_id = receiving.visible(session(), import_id, actor()).programme_id
    tried = attempt(lambda: receiving.drop(work(), portal().vault, import_id))
    if tried.refused:
        return _refused(import_id, tried)
    flash("已经放弃，上传的文件和读出的内容都已删除。")
    return redirect(url_for("imports.imports_page", programme=programme_id), 303)


@blueprint.post("/<int:import_id>/read-again")
@allow(*OFFICE_AND_UNITS)
def read_again(import_id: int) -> ResponseReturnValue:
    receiving.visible(session(), import_id, actor())
    tried = attempt(lambda: receiving.read_again(work(), import_id))
    if tried.refused:
        return _refused(import_id, tried)
    return _read_and_show(import_id)


def show_received(import_ids: Sequence[int], programme_id: int) -> ResponseReturnValue:
    """Read imports that were just uploaded. Redirect to the page of the only one, or to the list of all."""
    answers = [_read_and_show(import_id) for import_id in import_ids]
    if len(answers) == 1:
        return answers[0]
    flash(f"这次的文件分成{len(import_ids)}份，见下面的导入记录：请逐份核对、确认，先确认汇总表，再确认推荐表。")
    return redirect(url_for("imports.imports_page", programme=programme_id), 303)


def _read_and_show(import_id: int) -> ResponseReturnValue:
    with suppress(StoreDown):  # the import is stored; the tick reads it when the file store answers again
        reading.read(work(), portal().vault, import_id)
    return redirect(url_for("imports.one", import_id=import_id), 303)


def _refused(import_id: int, tried: Attempt[Any]) -> ResponseReturnValue:
    found = receiving.visible(session(), import_id, actor())
    listing = _listing(import_id)
    html = render_template("imports/import.html", listing=listing, refusal=tried.on_top, now=now(), **_shown(found))
    return html, tried.status


def _view(import_id: int) -> View:
    return View(session(), portal().keyring, import_id, to_office=actor().is_office)


def _shown(found: Import) -> dict[str, object]:
    view = _view(found.id)
    return {
        "imported": found,
        "view": view,
        "form_name": _form_name(found),
        "state_name": STATE_NAMES[found.state],
        "scanned": receiving.waits_for_scanner(session(), found.id),
        "files": receiving.files_of(session(), portal().vault, found.id),
        "button": ImportButton(formdata=None),
        "confirming": ConfirmForm(formdata=None, questions=view.questions),
    }


def _form_name(found: Import) -> str:
    return form_names(found.programme.rules)[found.form]


def _verdict(line: ImportLine) -> str:
    told = [f"{count}处{what}" for count, what in ((line.wrong, "问题"), (line.questions, "请核对")) if count]
    return "，".join(told) or "正确"


def _listing(import_id: int) -> Listing[ImportLine]:
    view = _view(import_id)

    def told(line: ImportLine) -> str:
        return "；".join(f"{fault.column}：{fault.wrong}。{fault.right}" for fault in view.faults_of(line))

    return Listing(
        title="导入预览",
        columns=[
            Column("name", "名称", lambda row: row.called, 18),
            Column("number", "行", lambda row: row.where, 6),
            Column("unit", "所在单位", lambda row: row.unit, 24),
            Column("post", "职务职级", lambda row: row.post, 18),
            Column("problems", "核对结果", _verdict, 40, note=told),
        ],
        rows=view.lines,
        empty="没有读到推荐对象。",
        filters=[Filter("only", "显示", {"problems": "只看有问题和请核对的"}, lambda row, _: bool(row.problems))],
        wrong=lambda row: bool(row.problems),
        path=url_for("imports.one", import_id=import_id),
    )
