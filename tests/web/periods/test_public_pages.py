"""The list and the nominee page: filters, search, pages, Markdown made harmless, odd addresses (R12)."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import quote

import pytest
from sqlalchemy import select, update

from app.domain.periods.rounds import Kind
from app.models import Entry, Nominee, Period
from app.services.periods import closing
from tests.standing import cleared
from tests.web.browsing import Browser, MovingClock, Page
from tests.world import World, at

COLLECTIVES = ["麒麟区第1中队", "麒麟区第2中队"]
INDIVIDUALS = ["麒小3", "麒小4", "麒小5"]


def names(page: Page) -> list[str]:
    """Who stands on a page of the list, in order."""
    return re.findall(r'<th scope="row"[^>]*><a href="[^"]+">(.*?)</a>', page.source)


def rename(world: World, place: int = 2, **texts: str) -> None:
    with world.database.writer() as session:
        nominee = session.get_one(Nominee, world.nominees[place])
        for name, text in texts.items():
            setattr(nominee, name, text)
        session.commit()


# --- odd addresses -------------------------------------------------------------------------------


def test_a_page_that_cannot_be_is_not_found_and_never_a_fault(world: World, client: Browser) -> None:
    period = world.round_two()
    for page in (
        "0",
        "-1",
        "abc",
        str(10**9),
        str(10**30),
        "²",
        "１",
        "1.0",
        "1e3",
        "+1",
        " 1",
        "2",
        "%00",
        "%ED%A0",
    ):
        for path in (f"/periods/{period}", "/"):
            if (path, page) == ("/", "2"):
                continue  # a first page without past periods says so on any page
            assert client.get(f"{path}?page={page}").status == 404, (path, page)
    assert client.get(f"/periods/{period}?page=").status == 200  # nothing is asked for
    for path in ("/periods/x", "/periods/-1", "/periods/1.5", "/periods/²", "/periods/", "/periods//1", "/%00", "/%ff"):
        assert client.get(path).status in (404, 308), path


def test_a_filter_that_means_nothing_narrows_nothing_and_an_empty_result_says_so(world: World, client: Browser) -> None:
    period = world.round_two()
    for query in (
        "kind=",
        "kind=abc",
        "kind=collective%00",
        "unit=",
        "name=",
        "name=%20%E2%80%8B",
        "kind[]=x",
    ):
        assert names(client.get(f"/periods/{period}?{query}")) == COLLECTIVES + INDIVIDUALS, query
    for query in ("name=nobody", "unit=nobody", "kind=collective&name=麒小", "name=" + "长" * 5000):
        page = client.get(f"/periods/{period}?{query}")
        assert (page.status, names(page)) == (200, []), query
        assert "没有符合条件的推荐对象" in page.text
        assert f"/periods/{period}" in page.links  # the way back to the whole list


@pytest.mark.parametrize("wild", [["%", "_", "'", '"', "\\"], ["%%", "__", "<", "&", "' OR 1=1 --"]])
def test_a_search_takes_every_character_as_it_stands(world: World, client: Browser, wild: list[str]) -> None:
    for place, characters in enumerate(wild):
        rename(world, place, name=f"名{characters}字")
    period = world.round_two()
    for characters in wild:
        found = client.get(f"/periods/{period}?name={quote(characters)}")
        assert (found.status, len(names(found))) == (200, 1), characters
        assert f"名{characters}字" in found.text
        assert names(client.get(f"/periods/{period}?name={quote(characters + '无')}")) == []


# --- the list ------------------------------------------------------------------------------------


def test_the_list_is_narrowed_by_kind_by_name_and_by_both(world: World, client: Browser) -> None:
    period = world.round_two()
    for query, wanted in (
        ("", COLLECTIVES + INDIVIDUALS),
        ("?kind=collective", COLLECTIVES),
        ("?kind=individual", INDIVIDUALS),
        ("?name=小4", ["麒小4"]),
        ("?kind=individual&name=麒", INDIVIDUALS),
    ):
        page = client.get(f"/periods/{period}{query}")
        assert names(page) == wanted, query
        assert (f"找到{len(wanted)}个" if query else f"共{len(wanted)}个") in page.text, query


def test_the_city_list_is_narrowed_by_recommending_unit(
    world: World, client: Browser, clock: MovingClock, tmp_path: Path
) -> None:
    qilin = world.round_two()
    world.past_round_one(world.others)
    luoping = world.schedule(2, world.luoping, world.others, "2026-09-18", 3, "2026-09-17 Thu 10:00")
    for period, theirs in ((qilin, world.nominees), (luoping, world.others)):
        world.run(closing.close_period, period, by=world.actor("office"), now=at("2026-09-24 Thu 00:00"))
        cleared(world, tmp_path, theirs, "2026-09-24 Thu 09:00")
    both = [*world.nominees, *world.others]
    city = world.schedule(3, world.office, both, "2026-09-28", 3, "2026-09-24 Thu 10:00")
    clock.to("2026-09-28 Mon 09:00")
    assert names(client.get(f"/periods/{city}?unit=罗平县")) == ["罗平县第1中队", "罗小2", "罗小3"]
    assert names(client.get(f"/periods/{city}?unit=罗平县&kind=collective")) == ["罗平县第1中队"]
    # All together: by recommending unit, and the one after another as on the nominees' own pages.
    page = client.get(f"/periods/{city}")
    order = [*COLLECTIVES, *INDIVIDUALS, "罗平县第1中队", "罗小2", "罗小3"]
    assert names(page) == order
    assert re.findall(r'rowgroup"[^>]*>(.*?)</th>', page.source) == [
        "麒麟区推荐 <small>集体2个、个人3名</small>",
        "罗平县推荐 <small>集体1个、个人2名</small>",
    ]
    for place, nominee in enumerate(both):
        text = client.get(f"/periods/{city}/nominees/{nominee}").text
        assert (f"上一个：{order[place - 1]}" in text) is (place > 0)
        assert (f"下一个：{order[min(place + 1, 7)]} ›" in text) is (place < 7)
    assert len(names(client.get(f"/periods/{city}"))) == 8
    assert "罗小2</a>" in client.get(f"/periods/{city}?name=罗小").source


def test_a_long_list_has_pages_and_each_entry_keeps_its_address(world: World, client: Browser) -> None:
    period = world.round_two()
    with world.database.writer() as session:
        unit, recommender = session.execute(select(Nominee.unit_id, Nominee.recommender_id).limit(1)).one()
        more = [
            Nominee(
                programme_id=world.programme,
                kind=Kind.INDIVIDUAL,
                name=f"某{place:03d}",
                unit_id=unit,
                recommender_id=recommender,
                position=place,
                deeds="事迹",
            )
            for place in range(6, 1006)
        ]
        session.add_all(more)
        session.flush()
        session.add_all(
            Entry(period_id=period, nominee_id=one.id, position=one.position, kind=one.kind, name=one.name, deeds="略")
            for one in more
        )
        session.execute(update(Period).where(Period.id == period).values(individuals=1003))
        session.commit()
        last = more[-1].id
        session.expunge_all()
    pages = [client.get(f"/periods/{period}?page={number}") for number in (1, 2, 3)]
    assert [len(names(page)) for page in pages] == [500, 500, 5]
    assert len({name for page in pages for name in names(page)}) == 1005
    assert names(pages[2])[-1] == "某1005"
    assert f"/periods/{period}?page=2" in pages[0].links
    assert f"/periods/{period}?page=3" not in pages[0].links
    assert client.get(f"/periods/{period}?page=4").status == 404
    assert f"/periods/{period}?kind=individual&page=2" in client.get(f"/periods/{period}?kind=individual").links
    assert "某1005" in client.get(f"/periods/{period}/nominees/{last}").text
    beside = client.get(f"/periods/{period}/nominees/{more[494].id}").text  # the last of its page
    assert "上一个：某499" in beside
    assert "下一个：某501" in beside
    assert "上一个：某500" in client.get(f"/periods/{period}/nominees/{more[495].id}").text


# --- deeds ---------------------------------------------------------------------------------------

VECTORS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[点](javascript:alert(1))",
    "![图](https://evil.example/a.png)",
    "<svg/onload=alert(1)>",
    "<iframe src=//evil.example></iframe>",
    '<p style="position:fixed" onclick="alert(1)">字</p>',
    '<a href="data:text/html,<script>1</script>">字</a>',
    '<math><mi//xlink:href="javascript:alert(1)">',
    "<<script>alert(1)//<</script>",
    "<style>*{display:none}</style>",
    "<form action=//evil.example><input name=a>",
    "</div></article><h1>伪造</h1>",
    "<!--[if gte IE 4]><script>alert(1)</script><![endif]-->",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "{{ 7*7 }}{% raw %}",
)
ALLOWED = {"p", "br", "strong", "em", "ul", "ol", "li", "blockquote", "h3", "h4"}


@pytest.mark.parametrize("vectors", [VECTORS[:6], VECTORS[6:11], VECTORS[11:]])
def test_markdown_in_deeds_brings_emphasis_and_lists_and_nothing_that_acts(
    world: World, client: Browser, vectors: tuple[str, ...]
) -> None:
    rename(world, deeds="**实事**\n\n- 一\n- 二\n\n" + "\n\n".join(vectors), name="<b>名</b>&'\"")
    period = world.round_two()
    page = client.get(f"/periods/{period}/nominees/{world.nominees[2]}")
    deeds = page.source.partition('<div class="deeds">')[2].partition("</div>")[0]
    assert "<strong>实事</strong>" in deeds
    assert "<li>一</li>" in deeds
    tags = re.findall(r"<\s*/?\s*([^\s>/]*)([^>]*)>", deeds)
    assert {name for name, _ in tags} <= ALLOWED
    assert {attributes.strip(" /") for _, attributes in tags} == {""}
    assert "49" not in deeds
    for whole in (page, client.get(f"/periods/{period}"), client.get(f"/periods/{period}?name=<script>")):
        assert "<script>" not in whole.source
        assert "<b>" not in whole.source.replace("<b>9/", "")
        assert "<h1>伪造" not in whole.source
