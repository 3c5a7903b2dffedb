"""The letters to an objector, on the receipt page: to read, to print, to keep as a file (R34)."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.services.cases import letters
from app.services.papers.letters import paper_of
from app.web.objections.receipts import blueprint, followed_objection
from app.web.papers.sending import stationery
from app.web.shared.access import everyone
from app.web.shared.downloads import send_download
from app.web.shared.portal import session


@blueprint.get("/receipt/letters/<int:letter_id>")
@everyone
def own_letter(letter_id: int) -> ResponseReturnValue:
    """Show a letter to read and print (R34)."""
    if (objection_id := followed_objection()) is None:
        return redirect(url_for("receipts.receipt"))
    letter = letters.find_one_of_objection(session(), objection_id, letter_id)
    return render_template("objections/letter.html", letter=letter)


@blueprint.get("/receipt/letters/<int:letter_id>/file")
@everyone
def own_letter_file(letter_id: int) -> ResponseReturnValue:
    if (objection_id := followed_objection()) is None:
        return redirect(url_for("receipts.receipt"))
    letter = letters.find_one_of_objection(session(), objection_id, letter_id)
    paper = paper_of([letter], stationery())
    return send_download(paper.write(), paper.file_name, paper.media_type)
