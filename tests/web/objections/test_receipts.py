"""Following a case with the receipt code: never in an address, never in a log, half an hour long (R18, R19)."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import event

from app.domain.cases.states import Conclusion, DeclineGround, State
from app.services.cases import investigation
from app.services.record.verifying import verify
from app.web.shared.qr import qr
from tests.web.browsing import Browser, MovingClock, Page, filled
from tests.world import World, at

FILED = "2026-09-18 Fri 09:00"
DAY = "2026-09-21 Mon 10:00"
DEADLINE = "2026-09-30 Wed 00:00"


@pytest.fixture
def case(world: World) -> tuple[int, str]:
    """A case that came in on Friday morning, and its receipt code."""
    return world.file(world.round_two(), world.nominees[2], FILED)


def opened(client: Browser, code: str) -> Page:
    return client.follow(client.post("/receipt", {"code": code}))


# --- refused -------------------------------------------------------------------------------------


def test_a_wrong_code_is_refused_in_words_and_opens_nothing(
    world: World, client: Browser, case: tuple[int, str]
) -> None:
    code = case[1]
    for typed in ("", "   ", "0" * 24, code[:-1], code + "0", "' OR 1=1 --", "\x00", "中" * 24, "A" * 5000):
        page = client.post("/receipt", {"code": typed})
        assert page.status == 422, typed
        assert page.error_of("code"), typed
    assert "没有查到这个查询码" in client.post("/receipt", {"code": code[:-1]}).error_of("code")
    assert client.get("/receipt").form("/receipt").fields["code"] == ""
    for path in ("/receipt/supplement", "/receipt/withdraw"):
        assert client.post(path, {"text": "有新的情况"}).status == 401
    for query in (f"/receipt?code={code}", f"/receipt/{code}"):  # an address is no way in
        assert "2026-0001" not in client.get(query).text


def test_security_11_a_wrong_code_is_recorded_and_answer_and_work_say_nothing_of_how_wrong_it_is(
    world: World, client: Browser, case: tuple[int, str]
) -> None:
    code = case[1]
    other_end = "A" if code[-1] != "A" else "B"
    wrong = [code[:-1] + other_end, code[:-4], code + "0", "0" * 24, "A", "' OR 1=1 --", "中" * 24, "A" * 5000]
    before, rows = len(world.acts()), world.everything()
    statements: list[str] = []
    engine = client.app.extensions["portal"].database.engine
    event.listen(engine, "before_cursor_execute", lambda *call: statements.append(call[2]))
    answers = set()
    for typed in wrong:
        statements.clear()
        page = client.post("/receipt", {"code": typed})
        # But for what was typed, the token of the form, which tells the time, and the page's own address.
        shown = re.sub(r'(name="(?:code|csrf_token|back)"[^>]*value=)"[^"]*"', r"\1", page.source)
        answers.add((page.status, shown, tuple(statements)))
    assert [status for status, _, _ in answers] == [422]
    assert world.acts(since=before) == [("stranger", "receipt.unknown", "receipt:unknown")] * len(wrong)
    changed = {table for table, content in world.everything().items() if content != rows[table]}
    assert changed == {"audit_rows"}
    recorded = "".join(set(world.everything()["audit_rows"]) - set(rows["audit_rows"]))
    assert not any(typed in recorded for typed in wrong if len(typed) > 3)
    with world.database.reader() as session:
        assert verify(session).holds


def test_security_11_who_guesses_is_throttled_and_then_the_right_code_is_refused_alike(
    world: World, make_app: Callable[..., Flask], case: tuple[int, str]
) -> None:
    guesser = Browser(make_app(limit_receipt="3/minute"))
    assert [guesser.post("/receipt", {"code": f"{number:024d}"}).status for number in range(4)] == [422, 422, 422, 429]
    before = len(world.acts())
    wrong, right = (guesser.post("/receipt", {"code": code}) for code in ("0" * 24, case[1]))
    assert wrong.status == right.status == 429
    same = [
        re.sub(r'\d+分钟|name="(?:csrf_token|back)"[^>]*value="[^"]*"|<code>\w+</code>', "", page.source)
        for page in (wrong, right)
    ]
    assert same[0] == same[1]
    assert len(world.acts()) == before  # what is not looked up is not recorded either
    assert opened(Browser(guesser.app, "203.0.113.9"), case[1]).status == 200


def test_security_07_after_half_an_hour_the_code_is_asked_again_and_the_text_is_kept(
    world: World, client: Browser, clock: MovingClock, case: tuple[int, str]
) -> None:
    opened(client, case[1])
    before = world.everything()
    clock.forward(minutes=29, seconds=59)
    assert "异议进度" in client.get("/receipt").text
    clock.forward(seconds=1)
    for path in ("/receipt/supplement", "/receipt/withdraw"):
        page = client.post(path, {"text": "写了很久的补充内容"})
        assert page.status == 401
        assert "请重新输入查询码" in page.text
        assert "写了很久的补充内容</textarea>" in page.source
    assert "2026-0001" not in client.get("/receipt").text
    assert "follow" not in client.cookie()
    assert world.everything() == before


def test_a_text_that_is_missing_too_long_or_too_late_stays_in_its_field(
    world: World, client: Browser, clock: MovingClock, case: tuple[int, str]
) -> None:
    opened(client, case[1])
    before = world.everything()
    for path, longest in (("/receipt/supplement", 3000), ("/receipt/withdraw", 300)):
        for text in ("", " \n\u200b ", "字" * (longest + 1)):
            page = client.post(path, {"text": text})
            assert (page.status, page.error_of("text") != "") == (422, True)
            assert page.form(path).fields["text"] == text.strip(" \n\u200b")
    clock.to(DEADLINE)
    opened(client, case[1])
    for path in ("/receipt/supplement", "/receipt/withdraw"):
        assert client.post(path, {"text": "有新的情况"}).status == 409
    assert world.everything() == before


def test_security_13_the_proof_has_a_code_to_scan_that_holds_the_address_and_nothing_else(
    world: World, make_app: Callable[..., Flask]
) -> None:
    client = Browser(make_app(public_url="https://gongshi.example.gov.cn/"))
    period = world.round_two()
    sent = client.post(f"/periods/{period}/nominees/{world.nominees[2]}/objection", filled())
    receipt = client.follow(sent)
    drawn = re.findall(r"<svg.*?</svg>", receipt.source, re.DOTALL)
    assert drawn == [str(qr("https://gongshi.example.gov.cn/receipt", "查询页面的二维码"))]
    for said in ("存成文本文件", "复制查询码", "2026年9月18日 09:00", "麒小3"):
        assert said in receipt.text


def test_the_code_stands_in_no_address_no_log_and_after_the_receipt_in_no_cookie(
    world: World, client: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    here = f"/periods/{world.round_two()}/nominees/{world.nominees[2]}/objection"
    with caplog.at_level(logging.DEBUG):
        sent = client.post(here, filled())
        code = client.receipt_code()
        shown = client.follow(sent)
        assert code in shown.text
        found = client.post("/receipt", {"code": code})
        progress = client.follow(found)
    for page in (sent, found):
        assert code not in page.headers["Location"]
    assert not any(code in link for page in (shown, progress) for link in page.links)
    assert code not in progress.source
    assert code not in str(client.cookie())
    assert code not in caplog.text
    assert code.replace("-", "") not in caplog.text
    assert shown.headers["Cache-Control"] == progress.headers["Cache-Control"] == "no-store"


# --- followed ------------------------------------------------------------------------------------


def test_security_10_the_code_may_be_typed_as_people_copy_it(client: Browser, case: tuple[int, str]) -> None:
    code = case[1]
    full_width = "".join(chr(ord(character) + 0xFEE0) for character in code if character != "-")
    spaced = " ".join(code.replace("-", "")).replace("0", "O").replace("1", "l")
    for typed in (code, code.lower(), code.replace("-", ""), f"  {code}\n", spaced, full_width):
        assert "2026-0001" in opened(client, typed).text, typed
        client.post("/receipt/leave")


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (State.RECEIVED, "已收到，等待受理"),
        (State.ACCEPTED, "已受理"),
        (State.INVESTIGATING, "正在核查"),
        (State.PROPOSED, "正在核查"),  # what is proposed is nobody's to know before it is confirmed
        (State.CONCLUDED, "异议不成立"),
    ],
)
def test_each_state_in_words(
    world: World, client: Browser, clock: MovingClock, case: tuple[int, str], state: State, said: str
) -> None:
    if state is not State.RECEIVED:
        world.bring(case[0], state, DAY)
    clock.to(DAY)
    page = opened(client, case[1])
    assert f'<h1 class="state {state.value}">{said}</h1>' in page.source
    assert f"<title>{said}（异议进度）" in page.source
    line = re.findall(r"<li class=\"[a-z]*\"[^>]*><b>(.*?)</b>", page.source)
    assert line == ["收到", "受理", "核查", "答复"]
    current = re.findall(r'aria-current="step"><b>(.*?)</b>', page.source)
    assert current == [{State.RECEIVED: "受理", State.CONCLUDED: "答复"}.get(state, "核查")]
    assert ("已核实，谢谢监督" in page.text) is (state is State.CONCLUDED)
    assert ("经走访核实" in page.text) is False  # the findings are the handlers' own
    assert len([form for form in page.forms if form.action.endswith("/supplement")]) == (state is not State.CONCLUDED)
    clock.to(DEADLINE)  # nothing has settled it: the deadline alone decides (R26)
    page = opened(client, case[1])
    lapsed = '<h1 class="state lapsed">办结期限内没有结论</h1>'
    assert (lapsed in page.source) is (state is not State.CONCLUDED)
    assert ("该对象参评资格已取消" in page.text) is (state is not State.CONCLUDED)
    assert "/receipt/supplement" not in page.source


def test_a_declined_case_says_why(world: World, client: Browser, clock: MovingClock, case: tuple[int, str]) -> None:
    world.decline(case[0], DeclineGround.NO_FACTS, "没有写明时间地点", now=DAY)
    clock.to(DAY)
    text = opened(client, case[1]).text
    assert "不予受理。依据：没有具体事实或者线索。理由：没有写明时间地点" in text
    assert "提交补充" not in text


def test_question_supplement_reply_and_answer_pass_through_the_page(
    world: World, client: Browser, clock: MovingClock, case: tuple[int, str]
) -> None:
    world.bring(case[0], State.INVESTIGATING, DAY)
    world.act(investigation.ask_supplement, case[0], "handler", "请说明<b>时间</b>地点", now=DAY)
    clock.to(DAY)
    asked = opened(client, case[1])
    assert "请您补充情况" in asked.text
    assert "请说明&lt;b&gt;时间&lt;/b&gt;地点" in asked.source
    done = client.send(asked.form("/receipt/supplement"), text="去年三月，\n在河边")
    assert (done.status, done.headers["Location"]) == (303, "/receipt")
    assert "补充内容已经收到" in client.follow(done).text
    assert world.case(case[0]).state is State.INVESTIGATING
    world.act(investigation.reply, case[0], "handler", "已经收到，正在核对", now=DAY)
    handler, head = world.actor("handler"), world.actor("head")
    texts = (Conclusion.PARTLY_UPHELD, "查明的情况", "评选条件", "给您的答复")
    world.run(investigation.propose, case[0], *texts, by=handler, now=at(DAY))
    world.run(investigation.confirm, case[0], 1, by=head, now=at(DAY))
    text = client.get("/receipt").text
    for said in ("我的补充", "去年三月， 在河边", "已经收到，正在核对", "部分成立，不影响参评资格。给您的答复"):
        assert said in text
    assert "查明的情况" not in text


def test_a_withdrawal_is_taken_once_and_ends_nothing_by_itself(
    world: World, client: Browser, case: tuple[int, str]
) -> None:
    page = opened(client, case[1])
    before = world.everything()
    asked = client.send(page.form("/receipt/withdraw"), text="情况已经弄清")
    assert "确定撤回这件异议吗？" in asked.text
    assert "data-confirm" not in asked.source  # asked by the server, so without a script too
    assert {**world.everything(), "drafts": []} == {**before, "drafts": []}  # nothing is withdrawn yet
    done = client.follow(client.send(asked.form("/receipt/withdraw"), sure="y"))
    assert "撤回已经记录" in done.text
    assert '<h1 class="state received">已撤回</h1>' in done.source
    assert "是否停止核查，由办理单位决定" in done.text
    assert "/receipt/withdraw" not in done.source
    before = world.everything()
    again = client.post("/receipt/withdraw", {"text": "再撤一次"})
    assert again.status == 409
    assert world.everything() == before
    assert world.case(case[0]).state is State.RECEIVED


def test_whoever_leaves_is_asked_for_the_code_again(client: Browser, case: tuple[int, str]) -> None:
    page = opened(client, case[1])
    left = client.follow(client.send(page.form("/receipt/leave")))
    assert "已经退出查询" in left.text
    assert "2026-0001" not in client.get("/receipt").text
    assert client.cookie().keys() <= {"csrf_token", "browser"}


def test_of_a_joined_case_each_objector_sees_only_their_own(
    world: World, make_app: Callable[..., Flask], clock: MovingClock, case: tuple[int, str]
) -> None:
    other, second = world.file(
        6,
        world.nominees[2],
        FILED,
        name="孙小麦",
        contact="13911112222",
        facts="另一位写的事实，别人是看不到的，请予核查。",
    )
    world.act(investigation.join, other, "handler", case[0], now=DAY)
    clock.to(DAY)
    app = make_app()
    mine, theirs = Browser(app), Browser(app)
    assert "另一位写的事实" in opened(theirs, second).text
    theirs.post("/receipt/supplement", {"text": "第二位的补充"})
    seen = opened(mine, case[1]).source
    for mark in ("另一位写的事实", "第二位的补充", "孙小麦", "13911112222", "赵小禾"):
        assert mark not in seen
    world.act(investigation.reply, case[0], "handler", "给两位的回复", now=DAY)
    for browser in (mine, theirs):
        assert "给两位的回复" in browser.get("/receipt").text
        assert "2026-0001" in browser.get("/receipt").text  # the case that is decided
