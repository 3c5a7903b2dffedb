"""The search over all lists that are public now: a page without JavaScript (R5)."""

from __future__ import annotations

from flask import current_app, render_template, request
from flask.typing import ResponseReturnValue

from app.services.periods import publication
from app.services.periods.search import MOST_SHOWN, Hits, SearchIndex, search
from app.web.periods.public import blueprint, good_until, the_office
from app.web.shared import page_cache
from app.web.shared.access import everyone
from app.web.shared.forms import clean
from app.web.shared.portal import now, session

_NOTHING = Hits((), 0)


@blueprint.get("/search")
@everyone
def search_page() -> ResponseReturnValue:
    typed = clean(request.args.get("q"))
    open_now = publication.open_periods(session(), now())
    html = render_template(
        "periods/public_search.html",
        typed=typed,
        hits=search(session(), _index(), open_now, typed, now()) if typed else _NOTHING,
        most=MOST_SHOWN,
        office=the_office(),
        now=now(),
    )
    return page_cache.publish(html, good_until(open_now), keep=False)


def _index() -> SearchIndex:
    """Return the index that this process keeps."""
    index: SearchIndex = current_app.extensions.setdefault("search_index", SearchIndex())
    return index
