"""The identity provider (OpenID Connect), spoken to by Authlib: code flow with PKCE, state and nonce.

Every address that it names must be on the issuer's own host, by https, or on this machine. No redirect of its is
followed. Whatever it does wrong ends in `ProviderDown` or `NotVouched`; the password way is always there.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.flask_client import FlaskIntegration, FlaskOAuth2App
from authlib.integrations.requests_client import OAuth2Session
from flask import Flask, current_app
from flask import session as cookie
from flask.typing import ResponseReturnValue
from joserfc.errors import JoseError

from app.services.accounts.providers import Vouched
from config import Settings, is_safe_address

_NAME = "provider"
_TIMEOUT = 5.0  # seconds; a thread of the server waits so long at most
_KEPT, _KEPT_DOWN = 600.0, 15.0  # seconds: what the provider says of itself; that it is down
LEEWAY = 120  # seconds that its clock and this one may differ
_LONGEST_CLAIM = 255
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
_MORE_ENDPOINTS = ("userinfo_endpoint", "end_session_endpoint")
# Signatures by the provider's own key. Never "none", never one by a secret that both know.
_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")


class ProviderDown(Exception):
    """The provider does not answer, or not as one does."""


class NotVouched(Exception):
    """The provider did not vouch for anybody: cancelled, too late, forged, or not of this browser."""


class _Session(OAuth2Session):
    """A session that follows no redirect and waits for nobody long."""

    def request(self, method: str, url: str, *args: Any, **options: Any) -> requests.Response:
        options["allow_redirects"] = False
        options["timeout"] = _TIMEOUT
        answer: requests.Response = super().request(method, url, *args, **options)
        return answer


class _Client(FlaskOAuth2App):
    client_cls = _Session


class Provider:
    """The provider that the settings name. What it says of itself is kept for ten minutes."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._client: _Client | None = None
        self._until = 0.0
        self._lock = threading.Lock()

    def go(self, back: str) -> ResponseReturnValue:
        """Return the redirect to the provider's login page. Raises ProviderDown."""
        for key in [key for key in cookie if key.startswith(f"_state_{_NAME}_")]:
            del cookie[key]  # a login that was begun before: the cookie must not grow
        answer: ResponseReturnValue = self._ready().authorize_redirect(back)
        return answer

    def vouched(self) -> Vouched:
        """Return whom the provider vouches for, by the request that came back. Raises ProviderDown, NotVouched."""
        client = self._ready()
        try:
            token = client.authorize_access_token(leeway=LEEWAY)
            claims: Mapping[str, Any] = token["userinfo"]
            if self._settings.oidc_claim not in claims and "userinfo_endpoint" in client.server_metadata:
                more = client.userinfo(token=token)
                if more.get("sub") != claims["sub"]:
                    raise NotVouched
                claims = {**more, **claims}
        except requests.RequestException as fault:
            raise ProviderDown from fault
        except (AuthlibBaseError, JoseError, KeyError, TypeError, ValueError) as fault:
            raise NotVouched from fault
        subject, login = claims.get("sub"), claims.get(self._settings.oidc_claim, "")
        if not isinstance(subject, str) or not isinstance(login, str) or not 0 < len(subject) <= _LONGEST_CLAIM:
            raise NotVouched
        return Vouched(self._settings.oidc_issuer, subject, login)

    def way_out(self, back: str) -> str:
        """Return the address at which the provider ends its own session, "" where it has none or is down."""
        try:
            client = self._ready()
        except ProviderDown:
            return ""
        if "end_session_endpoint" not in client.server_metadata:
            return ""
        url: str = client.create_logout_url(back, client_id=self._settings.oidc_client_id)["url"]
        return url

    def _ready(self) -> _Client:
        with self._lock:
            if time.monotonic() >= self._until:
                try:
                    self._client, kept = self._made(), _KEPT
                except (requests.RequestException, ValueError, TypeError, KeyError):
                    self._client, kept = None, _KEPT_DOWN
                self._until = time.monotonic() + kept
            if self._client is None:
                raise ProviderDown
            return self._client

    def _made(self) -> _Client:
        settings = self._settings
        answer = requests.get(
            f"{settings.oidc_issuer}/.well-known/openid-configuration", timeout=_TIMEOUT, allow_redirects=False
        )
        if answer.status_code != requests.codes.ok:
            raise ValueError(answer.status_code)
        said = answer.json()
        if said["issuer"].rstrip("/") != settings.oidc_issuer:
            raise ValueError("another issuer")
        host = urlsplit(settings.oidc_issuer).hostname
        there = {name: said[name] for name in (*_ENDPOINTS, *_MORE_ENDPOINTS) if name in said or name in _ENDPOINTS}
        for address in there.values():
            if not is_safe_address(address) or urlsplit(address).hostname != host:
                raise ValueError("an address on another host")
        algorithms = [name for name in _ALGORITHMS if name in said["id_token_signing_alg_values_supported"]]
        if not algorithms:
            raise ValueError("no signature of its own")
        methods = said.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        method = "client_secret_basic" if "client_secret_basic" in methods else "client_secret_post"
        return _Client(
            FlaskIntegration(_NAME),
            name=_NAME,
            client_id=settings.oidc_client_id,
            client_secret=settings.oidc_client_secret or None,
            client_kwargs={
                "scope": settings.oidc_scope,
                "code_challenge_method": "S256",
                "token_endpoint_auth_method": method if settings.oidc_client_secret else "none",
            },
            issuer=said["issuer"],
            id_token_signing_alg_values_supported=algorithms,
            **there,
        )


def init_app(app: Flask, settings: Settings) -> None:
    app.extensions["provider"] = Provider(settings) if settings.oidc_issuer else None


def provider() -> Provider | None:
    """Return the provider that this installation has, None where it has none."""
    found: Provider | None = current_app.extensions["provider"]
    return found
