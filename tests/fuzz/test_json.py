"""JSON answers match docs/openapi.json for every input (SECURITY 36)."""

from __future__ import annotations

import json
from typing import Any

import pytest
import schemathesis
from flask import Flask, Response
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from app.database import ROOT
from tests.web.walking import rules
from tests.world import World

DESCRIPTION = json.loads((ROOT / "docs" / "openapi.json").read_text("utf-8"))
BUSY = [schemathesis.checks.not_a_server_error]  # /readyz answers 503 by design
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def test_every_route_that_answers_in_json_is_described(app: Flask, world: World) -> None:
    client = app.test_client()
    plain = [rule for rule in rules(app, "GET") if not rule.arguments]
    in_json = {rule.rule for rule in plain if client.get(rule.rule).mimetype == "application/json"}
    assert in_json == set(DESCRIPTION["paths"])


def test_security_36_json_is_as_described_whatever_is_asked(app: Flask, world: World) -> None:
    schema = schemathesis.openapi.from_wsgi("/openapi.json", with_its_description(app))
    statuses = set()
    for moment in (ready, broken):
        moment(app)
        for operation in (found.ok() for found in schema.get_all_operations()):

            @settings(max_examples=10, deadline=None, database=None, derandomize=True)
            @given(operation.as_strategy(), st.dictionaries(st.text(max_size=5), st.text(max_size=20), max_size=3))
            def asked(case: schemathesis.Case, query: dict[str, str]) -> None:
                statuses.add((case.path, case.call_and_validate(params=query, excluded_checks=BUSY).status_code))

            asked()
    assert statuses == {("/healthz", 200), ("/readyz", 200), ("/readyz", 503)}
    for path in DESCRIPTION["paths"]:
        for method in ("POST", "PUT", "DELETE", "PATCH", "TRACE", "NONSENSE"):
            assert app.test_client().open(path, method=method).status_code == 405


def ready(_app: Flask) -> None:
    """Leave the application as it is."""


def broken(app: Flask) -> None:
    """Drop a table of the database."""
    with app.extensions["portal"].database.writer() as session:
        session.execute(text("DROP TABLE alembic_version"))
        session.commit()


def with_its_description(app: Flask) -> Any:
    """The application, and its description where schemathesis looks for it."""

    def wsgi(environ: dict[str, Any], start_response: Any) -> Any:
        if environ["PATH_INFO"] == "/openapi.json":
            return Response(json.dumps(DESCRIPTION), mimetype="application/json")(environ, start_response)
        return app(environ, start_response)

    return wsgi
