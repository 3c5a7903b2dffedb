"""Prometheus reads the metrics with a token, and nobody reads them without."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text, update

from app.domain.cases.states import State
from app.models import Recusal, User
from app.services.cases import settlement
from app.services.objections import intake
from app.services.record.checks.run import Finding
from app.services.upkeep import checking
from tests.web.browsing import Browser, MovingClock, filled
from tests.world import World, at

MakeApp = Callable[..., Flask]
TOKEN = "a token for tests"
on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def figures(browser: Browser) -> dict[str, float]:
    """Every sample as `name{label value}`."""
    page = browser.get("/metrics", authorization=f"Bearer {TOKEN}")
    assert (page.status, page.headers["Content-Type"]) == (200, "text/plain; version=0.0.4; charset=utf-8")
    samples = [sample for family in text_string_to_metric_families(page.source) for sample in family.samples]
    return {
        sample.name.removeprefix("gongshi_") + "".join(f" {value}" for value in sample.labels.values()): sample.value
        for sample in samples
        if not sample.name.endswith("_created")
    }


def changed(before: dict[str, float], after: dict[str, float]) -> dict[str, float]:
    """What rose, by how much; the reading itself is an answer too."""
    return {name: after[name] - before[name] for name in after if after[name] != before[name]}


@on_sqlite
def test_the_page_does_not_exist_but_for_whoever_has_the_token(world: World, make_app: MakeApp) -> None:
    nowhere = Browser(make_app()).get("/nowhere")
    open_to_none, guarded = Browser(make_app()), Browser(make_app(metrics_token=TOKEN))
    answers = [open_to_none.get("/metrics", authorization=given) for given in ("Bearer ", "Bearer", f"Bearer {TOKEN}")]
    answers += [guarded.get("/metrics")]
    answers += [
        guarded.get("/metrics", authorization=given)
        for given in ("Bearer ", f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", TOKEN, f"Basic {TOKEN}", "Bearer \xff")
    ]
    answers += [guarded.sign_in(world.people["office"]).get(f"/metrics?token={TOKEN}")]
    for answer in answers:
        assert (answer.status, answer.text.partition("编号")[0]) == (404, nowhere.text.partition("编号")[0])
    assert guarded.get("/metrics", authorization=f"Bearer {TOKEN}").status == 200


def test_the_gauges_follow_the_cases_and_the_clock(world: World, make_app: MakeApp, clock: MovingClock) -> None:
    watch = Browser(make_app(metrics_token=TOKEN))
    gauges = [
        "escalated_cases",
        "oldest_unaccepted_hours",
        "open_periods",
        "open_cases_at_next_deadline",
        "unsettled_due_periods",
        "settlement_lag_seconds",
        "unsent_warnings",
        "hours_to_next_deadline",
    ]

    def read() -> list[float | None]:
        read = figures(watch)
        return [read.get(name) for name in gauges]

    def cases() -> dict[str, float]:
        return {name: count for name, count in figures(watch).items() if name.startswith("open_cases ") and count}

    clock.to("2026-09-07 Mon 08:00")
    assert read() == [0, 0, 0, 0, 0, 0, 0, None]  # nothing there: no deadline to count to
    period = world.round_two()
    clock.to("2026-09-18 Fri 08:00")  # five first rounds were due on Thursday, 24:00
    assert read() == [0, 0, 1, 0, 5, 8 * 3600, 0, 11 * 24 + 16]
    world.run(settlement.settle_due, now=clock.now)
    world.file(period, world.nominees[2], "2026-09-18 Fri 09:00")
    accepted, _ = world.file(period, world.nominees[3], "2026-09-18 Fri 10:00")
    world.bring(accepted, State.ACCEPTED, "2026-09-18 Fri 10:30")
    clock.to("2026-09-22 Tue 09:00")  # the Sunday that works and Monday have gone by
    told = len(world.outbox())
    assert read() == [1, 96, 1, 2, 0, 0, told, 7 * 24 + 15]
    assert cases() == {"open_cases received": 1, "open_cases accepted": 1}
    assert figures(watch)["database_up"] == 1
    clock.to("2026-09-30 Wed 00:00:07")
    assert read() == [0, 0, 0, 0, 1, 7, told, None]
    assert cases() == {}
    world.run(settlement.settle_due, now=clock.now)
    # Two cases have lapsed: the unit and the office are told of each.
    assert read() == [0, 0, 0, 0, 0, 0, told + 4, None]


@on_sqlite
def test_a_case_without_two_people_is_a_figure(world: World, make_app: MakeApp, clock: MovingClock) -> None:
    """The invariant of R21: one of the office is recused, the other's account is not their own any more."""
    watch = Browser(make_app(metrics_token=TOKEN))
    case, _ = world.file(world.round_two(), world.nominees[2], "2026-09-18 Fri 09:00")
    clock.to("2026-09-18 Fri 10:00")
    assert figures(watch)["cases_without_two_people"] == 0
    with world.database.writer() as session:
        ids = [world.people[login] for login in ("office2", "head", "handler", "handler2")]
        session.execute(update(User).where(User.id.in_(ids)).values(disabled_at=clock.now))
        session.commit()
    assert figures(watch)["cases_without_two_people"] == 1
    page = Browser(make_app()).sign_in(world.people["office"]).get("/office/")
    assert "给没有两个人可以办理的案件增加账号：" in page.text
    assert f"/desk/cases/{case}" in page.source
    assert "接办或者受理" not in page.text  # whoever takes it over could not conclude it either
    with world.database.writer() as session:
        session.add(Recusal(case_id=case, user_id=world.people["office"], reason="亲属", recused_at=clock.now))
        session.commit()
    page = Browser(make_app()).sign_in(world.people["office"]).get("/office/")
    assert "有1件案件没有两个人可以办理，您需要回避" in page.text  # the red line stays with the person's own recusal
    assert f"/desk/cases/{case}" not in page.source


@on_sqlite
def test_refusals_are_counted_by_their_bucket(world: World, make_app: MakeApp) -> None:
    limits = {f"limit_{name}": "1/hour" for name in ("address", "nominee", "receipt", "login")}
    app = make_app(metrics_token=TOKEN, **limits)
    period, nominees = world.round_two(), world.nominees
    watch = Browser(app, "192.0.2.1")
    before = figures(watch)
    sent = [
        ("203.0.113.1", "13000000001", 0, 303),
        ("203.0.113.1", "13000000002", 1, 429),  # address
        ("203.0.113.3", "13000000003", 0, 428),  # nominee: strangers share it, so it asks for work and refuses nobody
    ]
    for number, (address, contact, nominee, status) in enumerate(sent):
        form = filled(contact=contact, form_token=f"form-token-number-{number:06d}")
        path = f"/periods/{period}/nominees/{nominees[nominee]}/objection"
        assert Browser(app, address).post(path, form).status == status
    for path, field in (("/receipt", "code"), ("/login", "login")):
        assert [Browser(app).post(path, {field: "x", "password": "y"}).status for _ in range(2)] == [422, 429]
    counters = {name: value for name, value in figures(watch).items() if "_total" in name}
    assert changed(before, counters) == {
        "refused_requests_total address": 1,
        "refused_requests_total receipt": 1,
        "refused_requests_total login": 1,
        "answers_total 2xx": 1,
        "answers_total 3xx": 5,  # every answer to a public form is a redirect to a page of its own
        "answers_total 4xx": 6,
    }


def test_who_fails_too_often_and_has_to_wait_is_counted_with_the_logins(world: World, make_app: MakeApp) -> None:
    app = make_app(metrics_token=TOKEN)
    answers = [Browser(app).post("/login", {"login": "x", "password": "y"}).status for _ in range(7)]
    assert set(answers) == {422, 429}
    assert figures(Browser(app, "192.0.2.1"))["refused_requests_total login"] == answers.count(429)


@on_sqlite
def test_faults_are_counted_and_a_broken_database_is_told(
    world: World, make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app(metrics_token=TOKEN)
    path = f"/periods/{world.round_two()}/nominees/{world.nominees[0]}/objection"
    before = figures(Browser(app))
    monkeypatch.setattr(intake, "file_objection", lambda *_: 1 / 0)
    assert Browser(app).post(path, filled()).status == 500
    monkeypatch.undo()
    with world.database.writer() as session:
        session.execute(text("ALTER TABLE periods RENAME TO elsewhere"))
        session.commit()
    assert Browser(app).post(path, filled()).status == 503
    after = figures(Browser(app))
    assert after["database_up"] == 0
    assert "open_periods" not in after
    counters = {name: value for name, value in after.items() if "_total" in name}
    assert changed(before, counters) == {
        "faults_total fault": 1,
        "faults_total storage": 1,
        "answers_total 2xx": 1,
        "answers_total 5xx": 2,
    }


def test_what_the_last_night_found_is_told_with_its_age(world: World, make_app: MakeApp, clock: MovingClock) -> None:
    watch = Browser(make_app(metrics_token=TOKEN))
    before = figures(watch)
    assert before["broken_invariants"] == 0
    assert "last_check_hours" not in before
    finding = Finding("objection-is-filed-inside-the-window", "R6", "objections", 1)
    world.run(checking.store_findings, [finding, finding], 1.0, now=at("2026-09-18 Fri 03:00"))
    clock.to("2026-09-18 Fri 09:00")
    read = figures(watch)
    assert (read["broken_invariants"], read["last_check_hours"]) == (2, 6)


def test_reading_changes_nothing(world: World, make_app: MakeApp) -> None:
    world.file(world.round_two(), world.nominees[0], "2026-09-18 Fri 09:00")
    before = world.everything()
    figures(Browser(make_app(metrics_token=TOKEN)))
    assert world.everything() == before
