"""Phrases on their page and in the forms, without a script: one press, and nothing that was typed is lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.domain.cases.phrases import PhraseKind
from app.domain.cases.states import State
from app.services.cases import investigation, phrases
from app.web.cases.actions import BUTTONS
from tests.web.browsing import Browser, MovingClock
from tests.world import World, at

FILED, DAY = "2026-09-18 Fri 09:00", "2026-09-21 Mon 10:00"
TEXT = "查阅档案，走访群众，所列实事由该对象牵头完成。"
Staff = Callable[[str], Browser]


def keep(world: World, by: str = "handler", text: str = TEXT, kind: PhraseKind = PhraseKind.FINDINGS) -> int:
    return world.run(phrases.add, kind, text, by=world.actor(by), now=at(DAY))


def test_a_refused_phrase_keeps_its_text_and_another_units_is_not_there(
    world: World, staff: Staff, clock: MovingClock
) -> None:
    clock.to(DAY)
    mine = keep(world)
    handler, stranger = staff("handler"), staff("stranger")
    page = handler.post("/desk/phrases", {"kind": "findings", "text": "请打电话13812345678"})
    assert (page.status, "手机号码" in page.error_of("text")) == (422, True)
    assert page.form("/desk/phrases").fields["text"] == "请打电话13812345678"
    assert handler.post("/desk/phrases", {"text": "没有选用在哪里"}).error_of("kind") == "请选用在哪里。"
    page = handler.post(f"/desk/phrases/{mine}", {"text": "改"})
    assert (page.status, page.form(f"/phrases/{mine}").fields["text"]) == (422, "改")
    for path in (f"/desk/phrases/{mine}", f"/desk/phrases/{mine}/remove"):
        assert stranger.post(path, {"text": "改成别的"}).status == 404
    assert TEXT not in stranger.get("/desk/phrases").source
    assert "还没有常用语" in stranger.get("/desk/phrases").text


def test_a_phrase_is_kept_changed_and_removed(world: World, staff: Staff, clock: MovingClock) -> None:
    clock.to(DAY)
    handler = staff("handler")
    form = handler.get("/desk/phrases").form("/desk/phrases")
    page = handler.follow(handler.send(form, kind="answer", text=TEXT))
    assert "已经加进常用语。" in page.text
    assert "本单位的，还没有用过，麒麟区handler写" in page.text
    (change,) = [each for each in page.forms if "/desk/phrases/" in each.action]
    page = handler.follow(handler.send(change, text="改过的一句话。"))
    assert "改过的一句话。" in page.text
    page = handler.follow(handler.post(f"{change.action}/remove", {}))
    assert "还没有常用语" in page.text


@pytest.mark.walk
def test_a_press_puts_a_phrase_below_what_was_typed_in_every_form(
    world: World, staff: Staff, clock: MovingClock
) -> None:
    period = world.round_two()
    received, accepted, investigating = (world.file(period, world.nominees[each], FILED)[0] for each in range(3))
    world.bring(accepted, State.ACCEPTED, DAY)
    world.bring(investigating, State.INVESTIGATING, DAY)
    clock.to(DAY)
    handler = staff("handler")
    cases = {"decline": received, "ask_supplement": accepted, "reply": accepted, "propose": investigating}
    fields = {action: button.form.phrases for action, button in BUTTONS.items() if button.form.phrases}
    assert set(fields) == set(cases)
    for action, kinds in fields.items():
        for field, kind in kinds.items():
            phrase = keep(world, "office", f"{kind.value}：可以再用的一段话。", kind)
            path = f"/desk/cases/{cases[action]}/{action.value}"
            before = world.everything()
            typed = dict.fromkeys(kinds, "写了一半") | {"conclusion": "dismissed", "ground": "no_facts"}
            page = handler.post(path, typed | {"insert": f"{field}:p{phrase}"})
            assert page.status == 200
            sent = page.form(f"/{action.value}").fields
            assert sent[field] == f"写了一半\n{kind.value}：可以再用的一段话。"
            assert [sent[other] for other in kinds if other != field] == ["写了一半"] * (len(kinds) - 1)
            assert sent.get("conclusion", "dismissed") == "dismissed"
            for nothing in ("", "x", f"nothing:p{phrase}", f"{field}:p999", "conclusion:p1", f"{field}:"):
                again = handler.post(path, typed | {"insert": nothing})
                assert (again.status, again.form(f"/{action.value}").fields[field]) == (200, "写了一半")
            assert world.everything() == before


def test_the_notes_of_the_case_itself_can_be_put_into_its_findings(
    world: World, staff: Staff, clock: MovingClock
) -> None:
    period = world.round_two()
    case, other = (world.file(period, world.nominees[each], FILED)[0] for each in range(2))
    for each in (case, other):
        world.bring(each, State.INVESTIGATING, DAY)
        world.act(investigation.note, each, "handler", f"第{each}件的核查记录", now=DAY)
    clock.to(DAY)
    page = staff("handler").get(f"/desk/cases/{case}")
    assert "本案核查记录，9月21日" in page.text
    assert f"第{other}件的核查记录" not in page.text
    button = next(value for form in page.forms for value in form.buttons if value.startswith("findings:n"))
    page = staff("handler").post(f"/desk/cases/{case}/propose", {"insert": button})
    assert page.form("/propose").fields["findings"] == f"第{case}件的核查记录"
