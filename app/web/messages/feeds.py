"""Feeds: Atom and calendar files of a programme for everybody, a private calendar for staff."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from xml.etree.ElementTree import Element, SubElement, tostring

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from icalendar import Calendar, Event

from app.domain.messages.wording import PORTAL
from app.services.messages import feeds
from app.services.messages.feeds import FeedItem
from app.web.shared.access import STAFF, allow, everyone, me, work
from app.web.shared.portal import now, portal, session

blueprint = Blueprint("feeds", __name__)
_INSTANT = dt.timedelta(minutes=30)  # a deadline is shown in a calendar as the half hour before it
_ATOM = "http://www.w3.org/2005/Atom"
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # no XML may hold them
_KEPT = 300  # seconds; feeds hold no name, so a cached copy past the window shows none


@blueprint.get("/feeds/<int:programme_id>.atom")
@everyone
def atom(programme_id: int) -> ResponseReturnValue:
    programme, happenings = feeds.list_of_programme(session(), programme_id, now())
    content = _atom(f"/feeds/{programme_id}.atom", programme.title, programme.created_at, happenings)
    return _sent(content, "application/atom+xml")


@blueprint.get("/feeds/<int:programme_id>.ics")
@everyone
def calendar(programme_id: int) -> ResponseReturnValue:
    programme, happenings = feeds.list_of_programme(session(), programme_id, now())
    return _sent(_calendar(programme.title, happenings), "text/calendar")


@blueprint.get("/feeds/staff/<token>.ics")
@everyone
def staff_calendar(token: str) -> ResponseReturnValue:
    """Send a person's deadlines by a secret address: a calendar program cannot log in."""
    happenings = feeds.list_of_staff(session(), portal().keyring, token, now())
    answer = _sent(_calendar("我的案件", happenings), "text/calendar")
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@blueprint.post("/account/calendar")
@allow(*STAFF)
def make_calendar() -> ResponseReturnValue:
    """Show the new address without a redirect: it is stored nowhere."""
    token = feeds.make_calendar(work())
    address = portal().settings.public_url + url_for("feeds.staff_calendar", token=token)
    return render_template("messages/calendar.html", address=address, user=me())


@blueprint.post("/account/calendar/revoke")
@allow(*STAFF)
def revoke_calendar() -> ResponseReturnValue:
    feeds.revoke_calendar(work())
    flash("私人日历的地址已经作废。")
    return redirect(url_for("reaches.own"), 303)


def _atom(path: str, title: str, began: dt.datetime, happenings: Sequence[FeedItem]) -> bytes:
    """Write an Atom feed (RFC 4287), the newest entry first; one without entries was last changed when it `began`."""
    base = portal().settings.public_url
    feed = Element("feed", {"xmlns": _ATOM, "xml:lang": "zh-CN"})
    _add(feed, "id", base + path)
    _add(feed, "title", title)
    _add(feed, "updated", max((each.updated for each in happenings), default=began).isoformat())
    author = SubElement(feed, "author")
    _add(author, "name", PORTAL)
    SubElement(feed, "link", {"href": base + path, "rel": "self"})
    SubElement(feed, "link", {"href": base, "rel": "alternate"})
    for each in happenings:
        entry = SubElement(feed, "entry")
        _add(entry, "id", f"{base}{each.path}#{each.key}")
        _add(entry, "title", each.title)
        SubElement(entry, "link", {"href": base + each.path, "rel": "alternate"})
        _add(entry, "published", each.said_at.isoformat())
        _add(entry, "updated", each.updated.isoformat())
        _add(entry, "summary", each.text)
    content: bytes = tostring(feed, encoding="utf-8", xml_declaration=True)
    return content


def _add(parent: Element, tag: str, text: str) -> None:
    SubElement(parent, tag).text = _UNPRINTABLE.sub("", text)


def _calendar(name: str, happenings: Iterable[FeedItem]) -> bytes:
    file = Calendar()
    file.add("prodid", "-//gongshi//CN")
    file.add("version", "2.0")
    file.add("method", "PUBLISH")
    file.add("x-wr-calname", name)
    for each in happenings:
        event = Event()
        event.add("uid", f"{each.key}@gongshi")
        event.add("summary", each.title)
        event.add("description", each.text)
        event.add("url", portal().settings.public_url + each.path)
        event.add("dtstamp", each.updated)
        event.add("last-modified", each.updated)
        event.add("sequence", each.changes)
        if each.cancelled:
            event.add("status", "CANCELLED")
        event.add("dtstart", each.starts if each.ends else each.starts - _INSTANT)
        event.add("dtend", each.ends or each.starts)
        event.add("transp", "TRANSPARENT")
        file.add_component(event)
    content: bytes = file.to_ical()
    return content


def _sent(content: bytes, kind: str) -> Response:
    answer = Response(content, content_type=f"{kind}; charset=utf-8")
    answer.headers["Cache-Control"] = f"public, max-age={_KEPT}"
    return answer
