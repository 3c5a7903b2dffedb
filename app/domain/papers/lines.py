"""Where a line of a paper may end: never inside a name or a word (词意完整, GB/T 9704, 7.3.2).

All Chinese typefaces of official papers set every character one em wide, so the width of a line is the number of its
characters. Digits and Latin letters are half as wide.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import groupby

# Words of notices and papers that no line breaks, longest first; of what stands between them nothing is known.
_KNOWN = """
    人民群众 获得感幸福感安全感 获得感 幸福感 安全感 先进集体 先进个人 先进单位 先进工作者 评选表彰 评选 表彰
    推荐 推荐表 汇总表 征求意见表 拟推荐 拟表彰 拟正式推荐 对象 推荐对象 公示 公告 异议 处理 情况 报告 办结 工作
    选树活动 评选活动 活动 初步 正式 提升 关于 单位 本单位 全市 所在 有关 信息 委员会 人民政府 办公室 领导小组
    专班 工作组 人民法院 人民检察院 公安局 司法局 教育体育局 生态环境局 发展改革委 派出所 司法所 街道办事处
    街道 社区 居民委员会 村民委员会 居委会 村委会 服务中心 便民服务中心 中心 医院 卫生院 中学 小学 学校
    有限责任公司 股份有限公司 有限公司 公司 党组 党委 县委 市委 区委 政府 大队 中队 支队 实施 群众 满意度 工程
    生态环境 环境 监测站 监测 水质 大气 矛盾纠纷 矛盾 纠纷 调处中心 调处 联合 人民调解 调解委员会 人民调解委员会 调解室
    调解 网格 网格员 服务 服务队 服务站 服务窗口 窗口 警务室 警务 交警 派出 物业 消防 救援站 救援 急诊 急救
    急救组 卫生 社区卫生服务中心 综治中心 综治 法律 公共法律服务 公共法律服务中心 法律援助 志愿 志愿者 退役军人
    信访 投诉 执法 综合行政执法 行政执法 市场监管 行业 护理 教研组 教研 诉讼 诉讼服务中心 立案 审判 检察 公证
    宣传 宣传部 组织部 政法委 纪委 监委 财政局 民政局 教育局 农业农村局 卫生健康局 市场监督管理局
    人力资源和社会保障局 自然资源局 交通运输局 水务局 乡村 振兴 婚姻家庭 婚姻 家庭 公共 治安 治理 管理 管理局
    环卫 环境卫生 绿化 供水 供电 便民 一体化 平台 专项 攻坚 行动 小组 团队 班组 科室 支部 党支部 幼儿园 职业
    技术 学院 大学 医疗 门诊 疾病预防控制中心 养老 福利院 事务 委员 村委 集团 分局 分公司 项目部 村民 居民
"""
_WORDS = sorted(_KNOWN.split(), key=lambda word: (-len(word), word))
_NOT_FIRST = frozenset("、，。；：！？）》」』】〉”’·—的等级个名")  # never begins a line
_NOT_LAST = frozenset("（《「『【〈“‘第和与及对拟")  # never ends one
_BEFORE = (
    "关于",
    "先进",
    "拟",
    "和",
    "与",
    "及",
    "（",
    "公示",
    "异议处理",
    "办结报告",
    "推荐对象",
)  # a good place to break
_LATIN = re.compile(r"[0-9A-Za-z.\-]+")
_QUOTED = re.compile(r"“[^”]{1,12}”")
_INSIDE, _UNKNOWN, _BETWEEN, _GOOD = 400, 60, 8, 0


def width_of(text: str) -> float:
    """Return the width in characters."""
    return sum(1.0 if unicodedata.east_asian_width(sign) in "WFA" else 0.5 for sign in text)


def break_lines(text: str, width: float, whole: Iterable[str] = ()) -> list[str]:
    """Set a text in as few lines of at most `width` characters as it takes, ended where words end, of like length.

    `whole` are names that stay in one line wherever they fit. A text that fits is one line.
    """
    if width_of(text) <= width or not text:
        return [text] if text else []
    costs = _costs(text, [name for name in whole if width_of(name) <= width])
    fewest = -(-width_of(text) // width)
    even = width_of(text) / fewest
    best: list[tuple[float, int]] = [(0.0, 0)] + [(float("inf"), 0)] * len(text)
    for end in range(1, len(text) + 1):
        for start in range(end - 1, -1, -1):
            long = width_of(text[start:end])
            if long > width:
                break
            cost = best[start][0] + costs.get(end, 0) + (long - even) ** 2 / 8 + 30
            if cost < best[end][0]:
                best[end] = (cost, start)
    lines, end = [], len(text)
    while end:
        start = best[end][1]
        lines.append(text[start:end].strip(" \u3000"))
        end = start
    return lines[::-1]


def _costs(text: str, whole: Sequence[str]) -> dict[int, float]:
    """Return what it costs to end a line before each place of the text."""
    costs = dict.fromkeys(range(1, len(text)), float(_UNKNOWN))
    for start, end in _words_of(text):
        for edge in (start, end):
            if 0 < edge < len(text):
                costs[edge] = min(costs[edge], _BETWEEN)
        costs.update(dict.fromkeys(range(start + 1, end), float(_INSIDE)))
    for place in costs:
        if text.startswith(_BEFORE, place) and costs[place] < _INSIDE:
            costs[place] = _GOOD
    for place in costs:
        if text[place - 1] in "省市县区乡镇" and costs[place] == _UNKNOWN:
            costs[place] = _BETWEEN
    spans = [*((found.start(), found.end()) for found in _LATIN.finditer(text))]
    spans += [(found.start(), found.end()) for found in _QUOTED.finditer(text)]
    spans += [(at, at + len(name)) for name in whole for at in _places(text, name)]
    for start, end in spans:
        costs.update(dict.fromkeys(range(start + 1, end), float(_INSIDE * 3)))
    for place in costs:
        if text[place] in _NOT_FIRST or text[place - 1] in _NOT_LAST:
            costs[place] = max(costs[place], _INSIDE)
        if text[place - 1] in "、，；":
            costs[place] = min(costs[place], _GOOD)
    return costs


def _words_of(text: str) -> Iterable[tuple[int, int]]:
    """Yield where the known words stand, from the left, the longest that fits first."""
    at = 0
    while at < len(text):
        word = next((word for word in _WORDS if text.startswith(word, at)), None)
        if word is None:
            at += 1
            continue
        yield at, at + len(word)
        at += len(word)


def _places(text: str, name: str) -> Iterable[int]:
    at = text.find(name)
    while at >= 0:
        yield at
        at = text.find(name, at + 1)


def set_in_rows(names: Iterable[str], width: int) -> list[str]:
    """Set names in columns, as many in a row as fit, so that none is broken. A long one has a line of its own."""
    rows: list[str] = []
    for long, run in groupby(names, key=lambda name: width_of(name) > (width - 1) / 2):
        if long:
            rows += [line for name in run for line in break_lines(name, width)]
            continue
        listed = [*run]
        column = int(-(-max(map(width_of, listed)) // 1)) + 1
        columns = (width + 1) // column
        for start in range(0, len(listed), columns):
            *first, last = listed[start : start + columns]
            rows.append("".join(_padded(name, column) for name in first) + last)
    return rows


def _padded(name: str, column: float) -> str:
    free = column - width_of(name)
    return name + "\u3000" * int(free) + (" " if free % 1 else "")
