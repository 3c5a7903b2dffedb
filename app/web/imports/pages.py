"""A programme's imports, the form that takes a new one, and the blank forms to fill in."""

from __future__ import annotations

from urllib.parse import quote

from flask import Response, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.models import Import, ImportState, Programme, Unit
from app.services.imports import blanks, receiving
from app.services.imports.receiving import STATE_NAMES, form_names
from app.services.programmes.listing import all_programmes
from app.services.shared.stored_rows import a_moment, a_name, a_number, a_text
from app.web.imports.blueprint import blueprint
from app.web.imports.forms import UploadForm
from app.web.imports.import_page import show_received
from app.web.shared.access import OFFICE_AND_UNITS, actor, allow, work
from app.web.shared.attempts import attempt
from app.web.shared.forms import options
from app.web.shared.lists import Column, Filter, Listing
from app.web.shared.notices import notice_for
from app.web.shared.portal import now, number, portal, session
from app.web.shared.uploads import FORM, check_spooled, sent_files, takes_files


@blueprint.get("/")
@allow(*OFFICE_AND_UNITS)
def imports_page() -> ResponseReturnValue:
    return _page(_form(UploadForm(formdata=None)))


@blueprint.post("/")
@allow(*OFFICE_AND_UNITS)
@takes_files(FORM)
def receive() -> ResponseReturnValue:
    form, programme = _form(UploadForm()), _programme()
    if programme is None:
        abort(404)
    uploads = sent_files("files")
    complete = form.validate()
    if not uploads:
        form.files.errors = ["请选择要上传的文件。"]
    if not (complete and uploads):
        return _page(form, status=422)

    def take() -> list[int]:
        for _, upload in uploads:
            check_spooled(upload)
        return receiving.receive_all(work(), portal().vault, programme.id, int(form.unit.data), uploads)

    tried = attempt(take, form)
    if tried.refused:
        return _page(form, status=tried.status)
    return show_received(tried.result, programme.id)


@blueprint.get("/blanks/<int:programme_id>/<int:unit_id>/<form>")
@allow(*OFFICE_AND_UNITS)
def blank(programme_id: int, unit_id: int, form: str) -> ResponseReturnValue:
    """Send a form of the notice to fill in, with the known facts filled in already."""
    if form not in blanks.BLANKS:
        abort(404)
    programme = session().get(Programme, programme_id) or abort(404)
    content = blanks.blank(session(), programme_id, unit_id, form, actor())
    kind = blanks.BLANKS[form]
    answer = Response(content, mimetype=kind.media_type)
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(kind.file_name(programme.rules))}"
    return answer


def _programme() -> Programme | None:
    """Return the programme that the address names, or the newest."""
    wanted = request.args.get("programme", type=number)
    return session().get(Programme, wanted) if wanted else next(iter(all_programmes(session())), None)


def _form(form: UploadForm) -> UploadForm:
    form.unit.choices = options({str(unit.id): unit.name for unit in receiving.recommenders(session(), actor())})
    return form


def _page(form: UploadForm, *, status: int = 200) -> ResponseReturnValue:
    programme = _programme()
    notice = notice_for(programme)
    form.follow(notice)
    names = form_names(notice)
    rows = receiving.stored_imports(session(), programme.id if programme else 0, actor())
    listing: Listing[Import] = Listing(
        title="导入",
        columns=[
            Column("form", "表", lambda i: names[i.form], 22, href=_address, sql=a_name(Import.form, names)),
            Column("unit", "推荐单位", lambda i: i.unit.name, 16, sql=a_text(Unit.name)),
            Column(
                "state",
                "情况",
                lambda i: STATE_NAMES[i.state],
                16,
                badge=lambda i: "lapsed" if i.state is ImportState.FAILED else "",
                sql=a_name(Import.state, STATE_NAMES),
            ),
            Column("rows", "行数", lambda i: i.rows_total, 8, sql=a_number(Import.rows_total)),
            Column("created_at", "上传时间", lambda i: i.created_at, 14, sql=a_moment(Import.created_at)),
        ],
        rows=rows,
        empty="还没有导入过。请在上面选好文件上传；没有表格的，先下载空白表填写。",
        filters=[
            Filter(
                "state",
                "情况",
                {str(state): name for state, name in STATE_NAMES.items()},
                where=lambda s: Import.state == s,
            ),
            Filter("form", "表", {str(each): name for each, name in names.items()}, where=lambda f: Import.form == f),
        ],
        keep=("programme",),
    )
    if listing.args.get("format") == "xlsx":
        return listing.as_sheet()
    html = render_template(
        "imports/imports.html",
        listing=listing,
        programme=programme,
        form=form,
        blanks=blanks.BLANKS,
        units=receiving.recommenders(session(), actor()),
        now=now(),
    )
    return html, status


def _address(row: Import) -> str:
    return url_for("imports.one", import_id=row.id)
