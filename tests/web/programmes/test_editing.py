"""Which notice a new programme follows: nothing to choose while there is one, a choice where there are several."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import select

from app.models import AuditRow, Programme
from app.notices.offered import offer_notices
from app.services.programmes import setting_up
from tests.busy import OPEN
from tests.qujing import FOLDER, written
from tests.web.browsing import Browser
from tests.world import World, at

Staff = Callable[[str], Browser]


@pytest.fixture
def two_notices(app: Flask) -> Iterator[None]:
    """As GONGSHI_NOTICES_DIR offers them; after the application, which reads its own setting."""
    offer_notices(str(FOLDER))
    yield
    offer_notices()


def test_while_there_is_one_notice_nothing_is_offered(staff: Staff) -> None:
    office = staff("office")
    assert "评选通知" not in office.get("/programmes/new").text
    assert "评选通知" not in office.get("/programmes/book").text
    assert office.get("/programmes/new?notice=lanhe-2031").status == 404


@pytest.mark.usefixtures("two_notices")
def test_a_new_programme_follows_the_notice_that_was_chosen(world: World, staff: Staff) -> None:
    office = staff("office")
    assert "岚河县护河模范评选（2031年）" in office.get("/programmes/new").text
    page = office.get("/programmes/new?notice=lanhe-2031")
    assert all(words in page.text for words in ("交初选材料", "作出命名决定", "通知规定为100"))
    [form] = [each for each in page.forms if "title" in each.fields]
    texts = {
        "title": "岚河县2031年护河模范评选",
        "collective_honour": "岚河县护河模范单位",
        "individual_honour": "岚河县护河模范",
        "lapse_clause": "评选办法第十一条",
        "upheld_clause": "评选办法第十二条",
    }
    assert office.send(form, **texts).status == 303
    with world.database.reader() as session:
        made = session.scalars(select(Programme).order_by(Programme.id.desc())).first()
        assert made is not None
        assert (made.notice, made.county_share) == ("lanhe-2031", 100)
        blank = f"/programmes/{made.id}"
    assert "初选" in office.get(blank).text
    assert office.post("/programmes/new", {"notice": "nothing"}).status == 404


@pytest.mark.usefixtures("two_notices")
def test_a_workbook_is_judged_by_the_notice_that_was_chosen(staff: Staff) -> None:
    office = staff("office")
    sent = {"book": (io.BytesIO(written()), "活动.xlsx")}
    refused = office.post("/programmes/book?notice=lanhe-2031", sent)
    assert refused.status == 422
    assert "“组织推荐阶段”不是阶段的名称，应为：推荐、初选、审定、命名。" in refused.text


def test_the_archive_is_for_the_office_and_a_request_without_a_use_keeps_the_page(world: World, staff: Staff) -> None:
    office, address = staff("office"), f"/programmes/{world.programme}/archive.zip"
    early = office.post(address, {"use": "移交市档案馆"})
    assert (early.status, "活动还没有归档" in early.text) == (409, True)
    world.run(setting_up.archive, world.programme, by=world.actor("office"), now=at(OPEN))
    unsaid = office.post(address, {"use": " "})
    assert (unsaid.status, "归档包作什么用请写2到300个字" in unsaid.text) == (422, True)
    assert [staff(login).post(address, {"use": "看看"}).status for login in ("handler", "head")] == [404, 404]
    data = {"use": "移交市档案馆", "csrf_token": office.csrf_token()}
    answer = office.open(address, method="POST", data=data)
    assert answer.status_code == 200
    with zipfile.ZipFile(io.BytesIO(answer.get_data())) as bundle:
        assert bundle.testzip() is None
    with world.database.reader() as session:
        acts = session.scalars(select(AuditRow.action).where(AuditRow.action.startswith("archive."))).all()
    assert acts == ["archive.asked", "archive.made"]
