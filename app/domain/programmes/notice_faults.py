"""Checks of a notice's description, each fault in words. A description without a fault can be followed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator

from app.domain.imports.form_words import LISTS
from app.domain.nominees.annexes import Rank
from app.domain.nominees.misprints import LONGEST
from app.domain.periods.rounds import Kind
from app.domain.programmes.notice import NOTE_PLACES, AnnexWords, AskedOf, AwardNotice, Judge
from app.domain.programmes.plan import CLAUSE_NAMES, TEXTS

# What the columns of the database hold.
_LONGEST_KEY = {"notice": 40, "condition": 40, "authority": 24}
_LONGEST_WORD = {
    "unit_type": LONGEST["category"],
    "status": LONGEST["category"],
    "trade": LONGEST["trade"],
    "political": 60,
}
_OFFERED = ("unit_type", "trade", "political")  # in drop-down lists of the summaries
_MOST_DEEDS = LONGEST["deeds"]
_KEY = re.compile(r"[a-z][a-z0-9_-]*")
_PLACE = re.compile(r"\{[^{}]*\}")
_KINDS = {Kind.COLLECTIVE: "集体", Kind.INDIVIDUAL: "个人"}


def faults_of(notice: AwardNotice) -> list[str]:
    """List every contradiction in a description and whatever the portal cannot store. [] where there is none."""
    return [fault for check in _CHECKS for fault in check(notice)]


def _keys(notice: AwardNotice) -> Iterator[str]:
    keys = [("notice", notice.key)]
    keys += [("condition", each.key) for each in notice.conditions]
    keys += [("authority", each.key) for each in notice.authorities]
    for what, key in dict.fromkeys(keys):
        if not _KEY.fullmatch(key) or len(key) > _LONGEST_KEY[what]:
            most = _LONGEST_KEY[what]
            yield f"标识“{key}”应由小写字母开头，只含小写字母、数字、短横和下划线，最多{most}个字符。"


def _empty_texts(notice: AwardNotice) -> Iterator[str]:
    texts = {"name": notice.name, "reviewers": notice.reviewers, "leaders_of": notice.leaders_of}
    texts |= {f"kinds.{kind.value}": name for kind, name in notice.kind_names.items()}
    texts |= {f"rounds.{number}.name": round_.name for number, round_ in notice.rounds.items()}
    texts |= {f"stages.{number}.name": stage.name for number, stage in notice.stages.items()}
    texts |= {f"authorities.{each.key}.name": each.name for each in notice.authorities}
    texts |= {f"conditions.{each.key}.name": each.name for each in notice.conditions}
    for where, text in texts.items():
        if not text.strip():
            yield f"{where} 不能是空的。"
    if len(set(notice.kind_names.values())) < len(notice.kind_names):
        yield "kinds 的两个名称要不一样，否则表格和名单上分不清是哪一类。"
    if len(notice.approvers) != 2 or not all(notice.approvers):
        yield "approvers 应写两家审批机关（党委、政府）：推荐表上有两处盖章。"


def _conditions(notice: AwardNotice) -> Iterator[str]:
    for kind, kind_name in _KINDS.items():
        theirs = [each for each in notice.conditions if kind in each.kinds]
        if not theirs:
            yield f"{kind_name}没有一条评选条件。"
        for key, count in Counter(each.key for each in theirs).items():
            if count > 1:
                yield f"{kind_name}的评选条件“{key}”写了{count}次，一个标识只能用一次。"
        for check, count in Counter(each.check for each in theirs).items():
            if count > 1 and check is not Judge.PERSON:
                yield f"{kind_name}有{count}条评选条件都由系统按“{check.value}”核对，只能有一条。"
    for each in notice.conditions:
        if not each.kinds:
            yield f"评选条件“{each.key}”没有写明对集体还是个人。"
        if each.check is Judge.COUNTY_BODY and each.kinds != frozenset({Kind.COLLECTIVE}):
            yield f"评选条件“{each.key}”按县级党委和政府核对，只能用于集体。"
    if notice.barred_from in (Rank.UNKNOWN, Rank.NONE):
        yield "barred_from 应是 below、county 或者 above：从这一级起不能推荐。"
    elif notice.barred_from is not Rank.ABOVE and notice.county_share != 100:
        yield "县处级已经不能推荐，county_share 应为 100（不另设比例）。"
    if not 0 <= notice.county_share <= 100:
        yield "county_share 应是0到100的整数。"


def _authorities(notice: AwardNotice) -> Iterator[str]:
    if not notice.authorities:
        yield "authorities 里没有一家征求意见的机关。"
    for what, count in Counter([each.key for each in notice.authorities]).items():
        if count > 1:
            yield f"征求意见的机关“{what}”写了{count}次。"
    for name, count in Counter([each.name for each in notice.authorities]).items():
        if count > 1:
            yield f"有{count}家征求意见的机关都叫“{name}”，分不清是谁的意见。"
    bodies = notice.public_bodies
    if any(each.asked is AskedOf.PUBLIC_BODIES for each in notice.authorities) and not bodies.unit_types:
        yield "有机关只对机关、国有企事业单位征求，public_bodies.unit_types 却是空的。"
    enterprises = notice.enterprises
    if any(each.asked is AskedOf.ENTERPRISES for each in notice.authorities) and not enterprises:
        yield "有机关只对企业征求，enterprises 却是空的。"
    if "unit_type" in notice.lists and (strange := enterprises - set(notice.words("unit_type"))):
        yield f"enterprises 里的“{'、'.join(sorted(strange))}”不在 lists.unit_type 里。"
    if both := bodies.statuses & bodies.on_their_own:
        yield f"人员身份“{'、'.join(sorted(both))}”既算机关、国有企事业单位工作人员，又算没有单位的人。"


def _lists(notice: AwardNotice) -> Iterator[str]:
    own = [name for name in LISTS if name in _LONGEST_WORD]
    for name in own:
        word_list = notice.lists.get(name)
        if word_list is None or not word_list.words:
            yield f"lists.{name} 没有可以填写的词。"
            continue
        for word, count in Counter(word_list.words).items():
            if count > 1:
                yield f"lists.{name} 里“{word}”写了{count}次。"
            if not word or len(word) > _LONGEST_WORD[name]:
                yield f"lists.{name} 里“{word}”应是1到{_LONGEST_WORD[name]}个字。"
        if name in _OFFERED and (len(",".join(word_list.words)) > 255 or set(',"') & set("".join(word_list.words))):
            yield f"lists.{name} 全部的词连起来不能超过255个字符，也不能有半角逗号和引号：Excel 的下拉列表放不下。"
        for written, meant in (word_list.meant or {}).items():
            if meant not in word_list.words:
                yield f"lists.{name}.meant 把“{written}”当作“{meant}”，表里却没有这个词。"
    for name in notice.lists:
        if name not in own:
            yield f"没有 lists.{name} 这样的表，可以写的有：{'、'.join(own)}。"
    bodies = notice.public_bodies
    for name, named in (("unit_type", bodies.unit_types), ("status", bodies.statuses | bodies.on_their_own)):
        if name in notice.lists and (strange := named - set(notice.words(name))):
            yield f"public_bodies 里的“{'、'.join(sorted(strange))}”不在 lists.{name} 里。"


def _limits(notice: AwardNotice) -> Iterator[str]:
    if not 50 <= notice.deeds_limit <= _MOST_DEEDS:
        yield f"limits.deeds 应在50到{_MOST_DEEDS}之间，系统最多存{_MOST_DEEDS}字。"
    for kind, limit in notice.material_limits.items():
        if limit < notice.deeds_limit:
            yield f"{_KINDS[kind]}的事迹材料（{limit}字）比推荐表上的主要事迹（{notice.deeds_limit}字）还短。"
    photo = notice.photo
    if min(photo.width, photo.height, photo.least_bytes) < 1:
        yield "limits.photo 的宽、高和大小都应大于0。"


def _awards(notice: AwardNotice) -> Iterator[str]:
    for kind, number in (notice.awards or {}).items():
        if number < 0:
            yield f"awards.{kind.value} 是表彰的{_KINDS[kind]}数，不能小于0。"


def _stages_and_clauses(notice: AwardNotice) -> Iterator[str]:
    for number, stage in notice.stages.items():
        if not 1 <= stage.days <= 366:
            yield f"stages.{number}.days 应在1到366之间。"
    for field in ("lapse", "upheld", "revocation"):
        name, (low, high) = CLAUSE_NAMES[f"{field}_clause"], TEXTS[f"{field}_clause"]
        if not low <= len(getattr(notice.clauses, field)) <= high:
            yield f"clauses.{field}（{name}）应是{low}到{high}个字。"


def _annexes(notice: AwardNotice) -> Iterator[str]:
    annexes: list[AnnexWords] = [*notice.summaries.values(), *notice.forms.values()]
    annexes += [notice.opinion_form, notice.leaders_form]
    for number, count in Counter(each.number for each in annexes).items():
        if count > 1:
            yield f"有{count}个附件都编为附件{number}。"
    for annex in annexes:
        if not (annex.number and annex.heading and annex.short):
            yield f"附件{annex.number}的 number、heading、short 都要写。"
        for note in annex.notes:
            for place in _PLACE.findall(note):
                if place not in NOTE_PLACES:
                    yield f"附件{annex.number}的说明里有“{place}”，可以写的只有：{'、'.join(NOTE_PLACES)}。"


_CHECKS: tuple[Callable[[AwardNotice], Iterator[str]], ...] = (
    _keys,
    _empty_texts,
    _conditions,
    _authorities,
    _lists,
    _limits,
    _awards,
    _stages_and_clauses,
    _annexes,
)
