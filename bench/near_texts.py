"""Made-up objections for measuring how near-duplicates are grouped (R23). Seeded: the same numbers give the same texts.

A flood says one thing many times: each variant has its own running number, punctuation, digits, order of sentences,
synonyms, padding, and a slip of the finger. The honest ones are about the same nominees: they use the same words,
openings and closings, now and then the same sentence about other people, and say something else.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_FACTS = (
    "{month}月{day}日他在{place}收了{firm}的{gift}，{witness}当时在场",
    "申报的{project}是{other}做的，他只在验收的时候去过一次{place}",
    "{project}的台账是{month}月以后补写的，{witness}的值班记录可以核对",
    "他的{relative}在{firm}挂名领工资，一领就是{number}个月",
    "{place}那处房子登记在他{relative}名下，钱是{firm}出的",
    "考勤表上写着他在岗，其实{month}月整月都在{place}帮{firm}看工地",
    "{number}户村民的补贴被他扣下，说是要先修{place}的路",
    "所谓资助学生的事没有做成，{witness}问过{place}的学校，没有这个人",
    "他把{project}分成{number}份，都交给了{firm}，没有招标",
    "去年{month}月单位在{place}聚餐，{number}桌的钱记在{project}的账上",
    "酒后开车撞坏了{place}的围栏，是{other}替他去交警队认的",
    "{witness}举报过他打人，{place}派出所有出警记录",
    "救灾那天他不在{place}，照片是{other}后来摆拍的",
    "他借{firm}的车用了{number}个月，油钱由{project}报销，{witness}经手",
    "获奖证书上的名字原来是{other}，{witness}见过原件",
    "{project}验收没有通过，他把{witness}的签名描了上去",
    "职称论文抄的是{other}在{place}发表的那一篇，连图都没有换",
    "他让{relative}冒用{witness}的名义领取{place}的低保",
    "化肥和种子由{firm}高价卖给{number}户人家，差价他拿了一半",
    "{place}的积水没有人管，{witness}打了{number}次电话，他都挂断",
    "疫情时他私自放{firm}的货车进{place}，被{other}拦下",
    "{place}民主测评那天他先把票发给{witness}，收了{number}张填好的",
    "{project}的发票是{firm}虚开的，同一个号码用了两回",
    "他当众骂哭过{witness}，{place}的监控拍到了",
    "{place}的羊圈建在他{relative}的地里，{witness}等{number}户一只羊也没有分到",
    "驻村{number}个月，他只住过{day}个晚上，{witness}说其余时间在{place}",
    "{firm}的排污口通到{place}，他检查以前先打电话通知",
    "他把公房租给{other}开店，租金进了{relative}的卡",
    "{project}的绩效工资由{witness}代签，每人扣{number}元交给他",
    "{place}的测速仪坏了{number}个月，罚款单还在开，司机{witness}可以作证",
)
_OPENINGS = (
    "各位领导，你们好，我看了公示以后有话要说",
    "我是一名普通职工，对这位推荐对象有不同的看法",
    "现就公示的推荐对象提出异议",
    "看到名单里有他，我们大家都很吃惊",
    "本人实名反映如下情况",
    "该对象申报的事迹与实际情况不符",
)
_CLOSINGS = (
    "以上情况属实，请予核查处理",
    "希望组织认真调查，给群众一个交代",
    "请领导查清事实，取消他的参评资格",
    "我愿意为上面的话负责",
    "恳请尽快核实并答复本人",
)
_PADDING = (
    "我也是考虑了很久才写这封信的",
    "大家心里都有数，只是没有人敢说",
    "这样的人怎么能当先进",
    "说实话，我和他没有什么过节",
    "请相信我讲的每一句话",
    "如果需要，我可以当面说明",
    "不然以后谁还愿意好好干活",
    "先进就应当是大家佩服的人",
    "希望不要让老实人吃亏",
    "这件事在单位里传了很长时间",
)
_SYNONYMS = (
    ("他", "这个人", "此人"),
    ("核查", "调查", "查证"),
    ("收了", "拿了", "收受了"),
    ("没有", "没", "从没"),
    ("大家", "群众", "同事们"),
    ("当时", "那会儿", "那时候"),
    ("其实", "实际上", "事实上"),
    ("原来", "本来", "起先"),
    ("后来", "事后", "过后"),
    ("验收", "检查验收", "竣工验收"),
    ("请", "恳请", "麻烦"),
    ("属实", "是真的", "千真万确"),
    ("希望", "盼望", "但愿"),
    ("帮", "替", "给"),
    ("钱", "款子", "费用"),
    ("在场", "看见了", "在边上"),
    ("知道", "清楚", "晓得"),
    ("申报", "上报", "填报"),
    ("处理", "办理", "处置"),
    ("查清", "弄清", "查明"),
    ("参评", "评选", "参选"),
    ("认真", "仔细", "好好"),
)
_SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"
_GIVEN = "小禾明远春生玉兰国梁秀英海涛文静建平晓岚志宏桂芳长青雨晴"
_PLACES = "城东南北河西山前后坝上清水白石红土龙潭凤凰麻栗松林"
_KINDS = ("村", "社区", "路口", "水库", "集市", "工业园", "小学", "养护站")
_FIRMS = ("建材公司", "商贸行", "劳务公司", "种植合作社", "物流部", "酒店", "工程队", "饲料厂")
_PROJECTS = ("护坡工程", "灌溉项目", "调解台账", "普法课程", "路灯改造", "河道清淤", "便民窗口", "应急演练", "危房改造")
_GIFTS = ("香烟", "茶叶", "购物卡", "红包", "手表", "腊肉", "白酒")
_RELATIVES = ("弟弟", "妻子", "堂兄", "岳父", "女婿", "表妹", "侄子")
_NUMERALS = "〇一二三四五六七八九"
_MARKS = {"，": ("，", ",", " ", "；"), "。": ("。", "！", ". ", "\n")}


@dataclass(frozen=True)
class NearText:
    """One objection, and the number of what it says: variants of one flood have the same, an honest one its own."""

    text: str
    says: int


def make(floods: int, variants: int, honest: int, seed: int) -> list[NearText]:
    """Return so many floods of so many variants each, and honest objections among them, in the order they came."""
    drawn = random.Random(seed)  # noqa: S311 - the same texts each time
    texts = []
    for flood in range(floods):
        core, frame = _core(drawn, drawn.choice((2, 3, 3, 4))), _frame(drawn)
        texts += [NearText(_variant(drawn, core, frame, number), flood) for number in range(variants)]
    for each in range(honest):
        opening, closing = _frame(drawn)
        sentences = [opening, *_core(drawn, drawn.choice((1, 2, 2, 3))), closing]
        texts.append(NearText("。".join(sentences) + "。", floods + each))
    drawn.shuffle(texts)
    return texts


def _frame(drawn: random.Random) -> tuple[str, str]:
    return drawn.choice(_OPENINGS), drawn.choice(_CLOSINGS)


def _core(drawn: random.Random, sentences: int) -> list[str]:
    return [_fill(drawn, template) for template in drawn.sample(_FACTS, sentences)]


def _fill(drawn: random.Random, template: str) -> str:
    def name() -> str:
        return drawn.choice(_SURNAMES) + "".join(drawn.sample(_GIVEN, 2))

    return template.format(
        month=drawn.randint(1, 12),
        day=drawn.randint(1, 28),
        number=drawn.randint(2, 60),
        place="".join(drawn.sample(_PLACES, 2)) + drawn.choice(_KINDS),
        firm="".join(drawn.sample(_PLACES, 2)) + drawn.choice(_FIRMS),
        project="".join(drawn.sample(_PLACES, 2)) + drawn.choice(_PROJECTS),
        gift=drawn.choice(_GIFTS),
        relative=drawn.choice(_RELATIVES),
        other=name(),
        witness=name(),
    )


def _variant(drawn: random.Random, core: Sequence[str], frame: tuple[str, str], number: int) -> str:
    """Return the same facts in other words: everything that one person with a machine changes."""
    opening, closing = frame
    sentences = list(core)
    if drawn.random() < 0.5:
        drawn.shuffle(sentences)
    sentences = [opening, *sentences, closing]
    if drawn.random() < 0.3:
        sentences[0 if drawn.random() < 0.5 else -1] = drawn.choice(_PADDING)
    for _ in range(drawn.choice((0, 0, 1, 1, 2))):
        sentences.insert(drawn.randint(0, len(sentences)), drawn.choice(_PADDING))
    text = "。".join(_reworded(drawn, each) for each in sentences) + "。"
    text = "".join(drawn.choice(_MARKS[mark]) if mark in _MARKS else mark for mark in text)
    if drawn.random() < 0.5:
        text = "".join(_NUMERALS[int(each)] if each.isdecimal() else each for each in text)
    if drawn.random() < 0.5:
        at = drawn.randrange(len(text))
        text = text[:at] + drawn.choice(_GIVEN) + text[at + 1 :]
    return drawn.choice((f"编号{number}：{text}", f"{text}（第{number}份）", f"{number}. {text}", text))


def _reworded(drawn: random.Random, sentence: str) -> str:
    for words in _SYNONYMS:
        if words[0] in sentence and drawn.random() < 0.35:
            sentence = sentence.replace(words[0], drawn.choice(words[1:]))
    return sentence


def judge(texts: Sequence[NearText], groups: Iterable[Sequence[int]]) -> tuple[float, float]:
    """Return precision and recall of groups of places in `texts`, counted in pairs of texts that say the same."""
    wanted = sum(_pairs(count) for count in Counter(each.says for each in texts).values())
    made = right = 0
    for group in groups:
        made += _pairs(len(group))
        right += sum(_pairs(count) for count in Counter(texts[place].says for place in group).values())
    return right / made if made else 1.0, right / wanted if wanted else 1.0


def _pairs(count: int) -> int:
    return count * (count - 1) // 2
