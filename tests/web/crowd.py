"""Many objectors: each objection with a form, a token and, if wanted, an address of its own."""

from __future__ import annotations

from flask import Flask

from tests.web.browsing import Browser, Page, filled
from tests.world import World


def mobile(number: int) -> str:
    return f"130{number:08d}"


class Crowd:
    """Objections sent to one application, one after the other."""

    def __init__(self, app: Flask, period: int, world: World, named: str = "number") -> None:
        self.app, self.period, self.nominees, self.sent = app, period, world.nominees, 0
        self.named = named
        self.last: Page

    def path(self, nominee: int = 0) -> str:
        return f"/periods/{self.period}/nominees/{self.nominees[nominee]}/objection"

    def token(self) -> str:
        """A form token that nobody has used yet."""
        self.sent += 1
        return f"form-token-{self.named:->6}-{self.sent:06d}"

    def files(self, *, address: str, contact: str, nominee: int = 0, step: str = "submit", **headers: str) -> int:
        """The status an objection is answered with."""
        sent = filled(contact=contact, form_token=self.token(), step=step)
        self.last = Browser(self.app, address).post(self.path(nominee), sent, **headers)
        return self.last.status
