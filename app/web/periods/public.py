"""Home, list and nominee page: they show names inside the window only, dates at any time (R5)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from flask import Blueprint, Response, abort, render_template, request
from flask.typing import ResponseReturnValue

from app.domain.calendar.workdays import end_of, local_date, midnight
from app.domain.periods.publicity import organiser_is_shown
from app.domain.periods.roll import grouped
from app.domain.periods.rounds import Kind, Organiser
from app.models import Period, Unit
from app.services.periods import listings, publication
from app.services.programmes import decisions
from app.services.record import chain
from app.web.shared import page_cache, site
from app.web.shared.access import everyone
from app.web.shared.forms import clean
from app.web.shared.indexing import keep_out, may_be_indexed
from app.web.shared.portal import now, portal, session

blueprint = Blueprint("public", __name__)
_LONGEST_SEARCH = 40


@blueprint.get("/")
@everyone
@may_be_indexed
def home() -> ResponseReturnValue:
    page = _page_number()
    open_now = publication.open_periods(session(), now())
    if any(organiser_is_shown(period.round, period.collectives) for period in open_now):
        keep_out()  # the title of such a list names who is recommended, and a search engine would keep it (R5)
    coming = publication.coming_periods(session(), now())
    past, past_total = publication.past_periods(session(), now(), page)
    html = render_template(
        "periods/public_home.html",
        heroes=[period for period in open_now if period.round.organiser is Organiser.OFFICE],
        others=[period for period in open_now if period.round.organiser is not Organiser.OFFICE],
        coming=coming,
        past=past,
        page=page,
        pages=-(-past_total // publication.PERIODS_PER_PAGE),
        decisions=decisions.decisions(session(), decisions.LATEST),
        office=the_office(),
        now=now(),
    )
    return page_cache.publish(html, good_until([*open_now, *coming]), keep=page == 1)


@blueprint.get("/periods/<int:period_id>")
@everyone
def period(period_id: int) -> ResponseReturnValue:
    shown = _period_or_404(period_id)
    if not shown.window.contains(now()):
        return _dates_only(shown)
    wanted, recommenders = _filter(), publication.recommenders(session(), shown)
    listing = publication.entry_list(session(), shown, wanted, now())
    if wanted.page > listing.pages:
        abort(404)
    html = render_template(
        "periods/public_list.html",
        period=shown,
        listing=listing,
        wanted=wanted,
        groups=grouped(listing.entries, recommenders),
        deeds=_deeds(),
        office=the_office(),
        now=now(),
    )
    return page_cache.publish(html, good_until([shown]), keep=_asked_by_many(recommenders, wanted))


@blueprint.get("/periods/<int:period_id>/print")
@everyone
def whole_list(period_id: int) -> ResponseReturnValue:
    """Show the whole list with all deeds on one page, laid out as the notice that hangs on the wall."""
    shown = _period_or_404(period_id)
    if not shown.window.contains(now()):
        return _dates_only(shown)
    everybody = publication.ListFilter()
    listing = publication.entry_list(session(), shown, everybody, now(), per_page=publication.WHOLE_LIST)
    html = render_template(
        "periods/public_print.html", period=shown, entries=listing.entries, office=the_office(), now=now()
    )
    return page_cache.publish(html, good_until([shown]))


@blueprint.get("/periods/<int:period_id>/nominees/<int:nominee_id>")
@everyone
def nominee(period_id: int, nominee_id: int) -> ResponseReturnValue:
    shown = _period_or_404(period_id)
    if not shown.window.contains(now()):
        return _dates_only(shown)
    entry = publication.entry_of(session(), period_id, nominee_id, now())
    if entry is None:
        abort(404)
    before, after = publication.find_neighbours(session(), shown, entry, now())
    html = render_template(
        "periods/public_nominee.html",
        period=shown,
        entry=entry,
        before=before,
        after=after,
        office=the_office(),
        now=now(),
    )
    return page_cache.publish(html, good_until([shown]))


@blueprint.get("/privacy")
@everyone
@may_be_indexed
def privacy() -> ResponseReturnValue:
    """Explain what is collected, why, who sees it and how long it is kept (个人信息保护法 17)."""
    settings = portal().settings
    return render_template(
        "periods/public_privacy.html",
        office=the_office(),
        years=settings.retention_years,
        days=settings.request_days,
    )


@blueprint.get("/genuine")
@everyone
@may_be_indexed
def genuine() -> ResponseReturnValue:
    """Tell how to know this site from a false one: its domain, a telephone, the city's own site, the record's head."""
    today = local_date(now())
    head = chain.head_of_day(session(), midnight(today))
    html = render_template(
        "periods/public_genuine.html",
        office=the_office(),
        day=today - dt.timedelta(days=1),
        head=chain.published(head, portal().keyring.hash_key) if head.number else "",
    )
    return page_cache.publish(html, end_of(today))


@blueprint.get("/accessibility")
@everyone
@may_be_indexed
def accessibility() -> ResponseReturnValue:
    """State what of the site everybody can use, what not yet, and whom to tell (无障碍环境建设法 32)."""
    return render_template("periods/public_accessibility.html", office=the_office())


@blueprint.get("/site-mark")
@everyone
def site_mark() -> ResponseReturnValue:
    """Send the picture of 党政机关标识 that the settings name."""
    found = site.mark()
    if found is None:
        abort(404)
    return Response(found.content, content_type=found.kind, headers={"Cache-Control": "public, max-age=600"})


def _asked_by_many(recommenders: Sequence[str], wanted: publication.ListFilter) -> bool:
    """Tell whether a filtered address is one that the page itself links to. Only these are kept in memory."""
    # As it was sent: with unseen characters in it the same unit would have countless addresses.
    return not wanted.name and (not wanted.unit or request.args.get("unit") in recommenders)


def the_office() -> Unit | None:
    """Return the office for the contact block (R13)."""
    return publication.the_office(session())


def _period_or_404(period_id: int) -> Period:
    period = publication.public_period(session(), period_id)
    if period is None:
        abort(404)
    return period


def _dates_only(period: Period) -> ResponseReturnValue:
    """Show the dates and no names, for every address of a period before and after its window."""
    html = render_template(
        "periods/public_dates.html",
        period=period,
        closed=publication.closing_figures(session(), period),
        list_proof=now() >= period.closes_at and listings.is_stated(session(), period.id),
        office=the_office(),
        now=now(),
    )
    return page_cache.publish(html, good_until([period]), keep=False)


def good_until(periods: Iterable[Period]) -> dt.datetime:
    """Return the next instant at which a page that shows these periods changes."""
    turns = {end_of(local_date(now()))}
    for period in periods:
        turns |= {period.opens_at, period.closes_at, period.conclude_by}
    return min(instant for instant in turns if instant > now())


def _filter() -> publication.ListFilter:
    kind = request.args.get("kind", "")
    return publication.ListFilter(
        kind=Kind(kind) if kind in set(Kind) else None,
        unit=clean(request.args.get("unit"))[:120],
        name=clean(request.args.get("name"))[:_LONGEST_SEARCH],
        page=_page_number(),
    )


def _deeds() -> str:
    """Return how much of the deeds the list is to show: nothing unless the address asks for it."""
    wanted = request.args.get("deeds", "")
    return wanted if wanted in page_cache.DEEDS else ""


def _page_number() -> int:
    page = request.args.get("page", "1")
    if not (page.isdecimal() and page.isascii() and len(page) < 7 and int(page) > 0):
        abort(404)
    return int(page)
