"""How a nominee's deeds are put together: a lead, one or two acts, sometimes a closing, with slots filled."""

import random
import re
from collections.abc import Callable
from dataclasses import dataclass

from app.demo.words import STEMS

SHORTEST, LONGEST = 100, 300
_SLOT = re.compile(r"\{(?:(\d+)-(\d+)|(\w+))\}")
_PLACES = {"village": "村", "estate": "小区", "road": "路"}


@dataclass(frozen=True, slots=True)
class Setting:
    """A kind of workplace and what is done there.

    In a workplace `{p}` is the county, `{s}` a stem, `{t}` 镇, 乡 or 街道 and `{k}` 小学 or 中学;
    in a post `{head}` is the one who runs the workplace."""

    field: str
    county: str
    head: str
    city: str  # '' when the kind has no place at city level
    city_head: str
    category: str
    trade: str
    teams: tuple[tuple[str, str], ...]  # (what follows the workplace's name, lead)
    people: tuple[tuple[str, ...], ...]  # (post, status, lead), or with a workplace and trade of their own
    acts: tuple[str, ...]  # written without a subject, so that they fit a team and a person


TEAM_CLOSINGS = (
    "近三年，领导班子和干部职工无违纪违法问题。",
    "在年度群众满意度测评中，得分较上年提高{2-6}.{1-9}个百分点。",
    "队伍中党员占{42-68}%，急难任务由党员先上。",
    "每季度向服务对象公开一次工作情况，接受群众评议。",
    "相关做法已在本地{3-8}家同类单位推开。",
    "群众来信来电表扬{12-46}次，收到锦旗{5-18}面。",
    "遇有差错当面说明、限期改正，改正情况在公示栏里写明。",
    "**把小事办好、把急事办快**，是这支队伍对自己的要求。",
    "下一步将把已有做法写进制度，让新到岗的同志接得上、做得好。",
    "每逢节假日和恶劣天气，负责人带头值守，问题在现场商量、在现场解决。",
)
PERSON_CLOSINGS = (
    "近三年收到群众锦旗和感谢信{4-17}件。",
    "遇到急事难事从不推托，节假日也常常主动留下来帮忙。",
    "常说的一句话是：**事情不大，对群众就是大事**。",
    "大家的评价是：话不多，活干得细，交代的事件件有回音。",
    "年复一年守在一线，家里人从起初的埋怨变成了支持。",
    "生活简朴，待人诚恳，邻里之间口碑很好。",
)
STAFF_CLOSINGS = (  # for those with an employer
    *PERSON_CLOSINGS,
    "工作之余坚持学习，记下工作笔记{6-15}本，常拿出来与新同事一起讨论。",
    "带出的{3-8}名年轻同事，如今都能独当一面。",
    "对服务对象送来的谢礼一律婉拒，并按规定向单位报告。",
    "在服务对象评议中，满意率连续{2-4}年在{96-99}%以上。",
)

# What fits anyone, whatever the work; and how someone who isn't in charge shares in the workplace's acts.
OWN_ACTS = (
    "坚持把群众说的每件事记在本子上，办完一件划掉一件，{2024-2025}年记下{120-380}件，划掉的超过九成五，办不了的也都讲明了缘由。",
    "长期联系{3-9}户生活困难的家庭，帮着跑手续、找活路，其中{2-3}户已经有了稳定收入，逢年过节还会上门报个平安。",
    "汛期主动参加巡查值守{20-46}个夜晚，挨家提醒住在低处的老人提前搬离，两次大雨都没有人受伤。",
    "{2023-2025}年以来参加志愿服务{160-420}小时，理发、送药、陪诊、修灯，什么都干，从不嫌事情琐碎。",
    "遇到不讲理的人也不红脸，先听、再劝、最后讲规矩，{6-12}年里没有与群众发生过一次争吵。",
    "自学方言和手语日常用语，能与来自不同村寨的老人、聋哑群众直接沟通，先后帮助{40-110}人把事情说明白、办下来。",
    "发现有的做法让群众多跑路，便提出改进建议{6-18}条，其中{4-5}条被采纳，如今同样的事少跑{1-2}趟。",
    "冬天低温凝冻期间连续在外{5-9}天，为{village}被困的{12-40}户人家送去米面、药品和取暖用品。",
    "不会用智能手机的老人常找来帮忙，先后手把手教会{60-180}人挂号、缴费和视频通话，实在学不会的就代为跑一趟。",
    "春节前后返乡的人多，连续{8-20}天早出晚归，帮大家把平时没空办的事集中办完，受益群众{200-600}余人。",
    "多年资助{2-4}名困难学生，从不对外讲，直到孩子考上学校寄来喜报，身边的人才知道。",
    "在{road}一带走访时听说路灯坏了半年没人修，当天联系、隔天复看，直到{16-40}盏灯全部亮起来。",
    "把多年积累的经验写成{12-30}页的小册子，语言朴素、图文并列，先后印了{200-600}份，谁来要都给一本。",
    "曾在路上救助一名晕倒的老人，守到家属赶来才离开，事后家属辗转打听才找到人道谢。",
)
JOINING = ("与同事一道，", "和同事们一起，", "配合单位，", "作为骨干，", "参加专项工作，", "在单位支持下，")


def fill(text: str, rng: random.Random) -> str:
    """Numbers for `{40-90}`, an invented place for `{village}`, `{estate}` and `{road}`."""

    def one(slot: re.Match[str]) -> str:
        low, high, place = slot.groups()
        return rng.choice(STEMS) + _PLACES[place] if place else str(rng.randint(int(low), int(high)))

    return _SLOT.sub(one, text)


def compose(first: str, act: Callable[[], str], closings: tuple[str, ...], rng: random.Random) -> str:
    """Two or three paragraphs, now and then a list: `first` is the filled lead, `act` deals the next act."""
    shape = rng.choice(("one", "one", "two", "long", "long", "list"))
    parts = [first]
    acts = [fill(act(), rng) for _ in range(1 if shape == "one" else 2)]
    parts.append("\n".join(f"- {each}" for each in acts) if shape == "list" else "".join(acts))
    if shape in ("one", "long"):
        parts.append(fill(rng.choice(closings), rng))
    return "\n\n".join(parts)
