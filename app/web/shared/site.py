"""Whose site this is: what the head and the foot of each public page say (R13)."""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask, current_app, g, request
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.database import ROOT
from app.services.periods import publication
from app.web.shared.portal import now, portal, session
from config import Settings

TITLE = "评选表彰公示"  # the title of a site without a programme
_PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "image/svg+xml"})
# Where the law asks a site to lead from its numbers. A page never loads anything from there.
_ICP_REGISTRY = "https://beian.miit.gov.cn/"
_POLICE_REGISTRY = "https://beian.mps.gov.cn/"
# The demonstration's own, so that nobody takes it for a real site.
_MADE_UP = {
    "site_organ": "某市评选工作组办公室（演示）",
    "site_host": "某市评选表彰工作领导小组（演示）",
    "site_icp": "演示ICP备00000000号",
    "site_police": "演示公网安备00000000000000号",
    "site_code": "演示0000000000",
    "site_mark": str(ROOT / "static" / "demonstration-mark.svg"),
    "site_city": "https://www.city.example",
}


@dataclass(frozen=True, slots=True)
class Mark:
    """The picture of 党政机关标识."""

    content: bytes
    kind: str


@dataclass(frozen=True, slots=True)
class SiteContact:
    """Whom every public page names: the office, as the database has it."""

    name: str = ""
    phone: str = ""
    hours: str = ""


@dataclass(frozen=True, slots=True)
class Site:
    """What a public page says of whose it is. Empty parts are not shown."""

    organ: str
    award: str
    host: str
    icp: str
    police: str
    code: str
    city: str
    mark_url: str
    address: str
    contact: SiteContact
    demonstration: bool

    @property
    def name(self) -> str:
        """The address without its scheme, as a reader compares it with what the browser shows."""
        return urlsplit(self.address).netloc

    @property
    def icp_registry(self) -> str:
        return "" if self.demonstration else _ICP_REGISTRY

    @property
    def police_registry(self) -> str:
        return "" if self.demonstration else _POLICE_REGISTRY


@dataclass(slots=True)
class Known:
    """What the database said last of the site, for pages that are rendered while it does not answer."""

    award: str = ""
    contact: SiteContact = SiteContact()


def init_app(app: Flask) -> None:
    settings = portal_settings(app)
    app.extensions["site"] = Known()
    app.extensions["site_mark"] = _mark_of(_set(settings, "site_mark"))
    app.jinja_env.globals.update(site_of=site_of, has_mark=lambda: mark() is not None)


def portal_settings(app: Flask) -> Settings:
    settings: Settings = app.extensions["portal"].settings
    return settings


def mark() -> Mark | None:
    """Return the picture that the settings name; None where there is none that a browser shows."""
    found: Mark | None = current_app.extensions["site_mark"]
    return found


def site_of(award: str = "", status: int = 200) -> Site:
    """Return what this page says of whose it is. `award` is the name of the page's own programme.

    The database is asked once a page, and not at all where it may be what failed (`status`).
    """
    if "site" not in g:
        g.site = _asked() if status < 500 else current_app.extensions["site"]
    known: Known = g.site
    settings = portal().settings
    contact = known.contact
    return Site(
        organ=_set(settings, "site_organ") or contact.name,
        award=award or known.award or TITLE,
        host=_set(settings, "site_host"),
        icp=_set(settings, "site_icp"),
        police=_set(settings, "site_police"),
        code=_set(settings, "site_code"),
        city=_set(settings, "site_city"),
        mark_url=settings.site_mark_url,
        address=settings.public_url,
        contact=SiteContact(contact.name, settings.site_phone or contact.phone, contact.hours),
        demonstration=settings.demonstration,
    )


def _asked() -> Known:
    """Ask the database in the request's own session.

    A second connection beside the request's would let a crowd wait for connections that it holds itself. A POST's
    session would take the lock of a writer again: its pages say what was known before, and ask only where nothing was.
    """
    known: Known = current_app.extensions["site"]
    try:
        if request.method != "POST":
            _learn(known, session())
        elif not known.contact.name:
            with portal().database.reader() as reader:
                _learn(known, reader)
    except SQLAlchemyError:
        pass
    return known


def _learn(known: Known, reader: Session) -> None:
    award, office = publication.award_shown(reader, now()) or "", publication.the_office(reader)
    contact = SiteContact(office.name, office.phone or "", office.hours or "") if office else SiteContact()
    known.award, known.contact = award, contact


def _set(settings: Settings, name: str) -> str:
    value: str = getattr(settings, name)
    return value or (_MADE_UP.get(name, "") if settings.demonstration else "")


def _mark_of(path: str) -> Mark | None:
    kind = mimetypes.guess_type(path)[0] or ""
    if kind not in _PICTURES or not Path(path).is_file():
        return None
    return Mark(Path(path).read_bytes(), kind)
