"""Named refusals. Each carries the facts it was refused for, and says in Chinese what would be right.

A refusal is an answer, not a fault: one place in `web` turns it into a page, the command line prints it.
"""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

_SHANGHAI = ZoneInfo("Asia/Shanghai")


class Refusal(Exception):
    """What the portal will not do, and why. `str()` is a sentence for the person who asked."""


# --- calendar and window -------------------------------------------------------------------------


class BeyondHorizon(Refusal):
    """A day that no notice of the State Council covers yet (R3), or one before the calendar begins."""

    def __init__(self, year: int, horizon: dt.date) -> None:
        self.year, self.horizon = year, horizon
        if year <= horizon.year:  # there is nothing to load: asked for a day outside of what is kept
            super().__init__(f"所查的日子在{year}年，日历中没有（日历最后一天是{horizon:%Y-%m-%d}），无法计算工作日。")
            return
        super().__init__(
            f"{year}年的放假调休安排尚未载入（目前只到{horizon:%Y-%m-%d}），无法计算工作日。"
            f"请在国务院办公厅发布{year}年通知后，用 gongshi calendar load 载入，再作安排。"
        )


class NotAWorkday(Refusal):
    """A window may open on a working day only (R4)."""

    def __init__(self, date: dt.date, name: str, next_workday: dt.date) -> None:
        self.date, self.name, self.next_workday = date, name, next_workday
        super().__init__(
            f"{date:%Y-%m-%d}是{name}，不是工作日。公示须从工作日开始，最近的一个是{next_workday:%Y-%m-%d}。"
        )


class TooEarly(Refusal):
    """The earliest opening day is tomorrow (R4)."""

    def __init__(self, opening: dt.date, earliest: dt.date) -> None:
        self.opening, self.earliest = opening, earliest
        super().__init__(f"公示最早从{earliest:%Y-%m-%d}开始，不能从{opening:%Y-%m-%d}开始。")


class OutOfRange(Refusal):
    """A number outside what the rules allow."""

    def __init__(self, what: str, value: int, low: int, high: int) -> None:
        self.what, self.value, self.low, self.high = what, value, low, high
        super().__init__(f"{what}应在{low}到{high}之间，现在是{value}。")


class BadNotice(Refusal):
    """A holiday notice that is malformed or contradicts itself (R2); `where` names line or field."""

    def __init__(self, where: str, problem: str) -> None:
        self.where, self.problem = where, problem
        super().__init__(f"放假通知未载入，{where}：{problem}")


def _moment(instant: dt.datetime) -> str:
    """A Shanghai clock time as people write it."""
    return f"{instant.astimezone(_SHANGHAI):%Y-%m-%d %H:%M}"


# --- periods -------------------------------------------------------------------------------------


class WindowClosed(Refusal):
    """An objection outside the window (R6)."""

    def __init__(self, opens_at: dt.datetime, closes_at: dt.datetime, now: dt.datetime) -> None:
        self.opens_at, self.closes_at, self.now = opens_at, closes_at, now
        when = "尚未开始" if now < opens_at else "已经结束"
        super().__init__(
            f"这次公示{when}，异议没有提交。公示时间为{_moment(opens_at)}至{_moment(closes_at)}。"
            "您写的内容仍保留在本页；如有紧要情况，请直接联系受理机构。"
        )


class AlreadyOpened(Refusal):
    """A window that has opened cannot be changed or taken back (R4)."""

    def __init__(self, opens_at: dt.datetime) -> None:
        self.opens_at = opens_at
        super().__init__(f"公示已于{_moment(opens_at)}开始，不能再修改或撤回。")


class WindowNotOver(Refusal):
    """A period may not be closed before its window's end (R30)."""

    def __init__(self, closes_at: dt.datetime) -> None:
        self.closes_at = closes_at
        super().__init__(f"公示要到{_moment(closes_at)}才结束，在此之前不能办结。")


class CasesOpen(Refusal):
    """A period may not be closed before the deadline while cases are open (R30)."""

    def __init__(self, case_numbers: list[str], conclude_by: dt.datetime) -> None:
        self.case_numbers, self.conclude_by = case_numbers, conclude_by
        super().__init__(
            f"还有{len(case_numbers)}件异议没有结论：{'、'.join(case_numbers)}。"
            f"请等它们办结，或到{_moment(conclude_by)}规定时间届满后再办结公示。"
        )


class AlreadyClosed(Refusal):
    """The period is closed or was taken back."""

    def __init__(self) -> None:
        super().__init__("这次公示已经办结或撤回，不能再操作。")


class TooLateToConclude(Refusal):
    """From the deadline on no conclusion is taken and no deadline moved (R25, R26)."""

    def __init__(self, conclude_by: dt.datetime) -> None:
        self.conclude_by = conclude_by
        super().__init__(f"规定时间已于{_moment(conclude_by)}届满，不能再作出结论或延长期限。")


class NotLater(Refusal):
    """An extension must end after the deadline that stands (R25)."""

    def __init__(self, current: dt.date, asked: dt.date) -> None:
        self.current, self.asked = current, asked
        super().__init__(f"新的截止日须是{current:%Y-%m-%d}之后的工作日，现在填的是{asked:%Y-%m-%d}。")


class NotEligible(Refusal):
    """A nominee that may not enter a round (R8); `reason` in words."""

    def __init__(self, name: str, reason: str) -> None:
        self.name, self.reason = name, reason
        super().__init__(f"{name}不能进入这次公示：{reason}。")


class QuotaExceeded(Refusal):
    """More nominees of a kind than the unit's places (R9)."""

    def __init__(self, unit: str, kind: str, asked: int, places: int) -> None:
        self.unit, self.kind, self.asked, self.places = unit, kind, asked, places
        super().__init__(f"{unit}的{kind}名额是{places}个，这次选了{asked}个，请减少到名额以内。")


class NothingToShow(Refusal):
    """A period without nominees."""

    def __init__(self) -> None:
        super().__init__("还没有选择推荐对象，请至少选一个。")


class PrivateData(Refusal):
    """Text about to be published holds what must never be public (R12)."""

    def __init__(self, where: str, findings: list[str]) -> None:
        self.where, self.findings = where, findings
        super().__init__(f"{where}里有不能公开的内容：{'、'.join(findings)}。请删去后再安排公示。")


class EstimatedCalendar(Refusal):
    """Only the demonstration may rest on an estimated arrangement of holidays."""

    def __init__(self) -> None:
        super().__init__("这段时间的放假安排是演示用的推定日历，不能用于正式的评选表彰活动。")


class WindowNotExtended(Refusal):
    """A window is extended only while it is open, and only after an outage on record (R7)."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(f"公示时间不能延长：{why}。")


# --- cases ---------------------------------------------------------------------------------------


class MoveRefused(Refusal):
    """A move that the table of states does not have (R20)."""

    def __init__(self, action: str, state: str) -> None:
        self.action, self.state = action, state
        super().__init__(f"案件目前是「{state}」，不能{action}。")


class NotAllowed(Refusal):
    """The person may see the case but not do this (R21, R22)."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(why)


class NotYourCase(Refusal):
    """Another unit's case, or one from which the person is recused: answered as if it did not exist."""

    def __init__(self) -> None:
        super().__init__("没有找到这个案件。")


class SamePerson(NotAllowed):
    """Whoever proposed may not confirm (R22, R29)."""

    def __init__(self) -> None:
        super().__init__("提出的人不能自己确认，请由本单位另一人或市工作专班确认。")


class MissingText(Refusal):
    """A text that the record needs was left empty or is too long."""

    def __init__(self, field: str, low: int, high: int) -> None:
        self.field, self.low, self.high = field, low, high
        super().__init__(f"请填写{field}（{low}到{high}字）。")


class AlreadyDone(Refusal):
    """Something that happens once has happened."""

    def __init__(self, what: str) -> None:
        self.what = what
        super().__init__(what)


# --- keeping -------------------------------------------------------------------------------------


class NotOnThisDatabase(Refusal):
    """Something only PostgreSQL has."""

    def __init__(self) -> None:
        super().__init__("现在用的是 SQLite，没有数据库用户可以授权：记录由触发器保护。此命令只用于 PostgreSQL。")


class UnfitRole(Refusal):
    """A database user that is not there, or that no grant would bind."""

    def __init__(self, role: str, why: str) -> None:
        self.role, self.why = role, why
        super().__init__(
            f"不能给 {role} 授权：{why}。请另建一个普通用户，例如 CREATE ROLE gongshi_app LOGIN PASSWORD '…'。"
        )


class BackupFailed(Refusal):
    """A backup that could not be completed; nothing of it is left."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(f"备份没有完成，没有留下不完整的备份：{why}。")


class NotABackup(Refusal):
    """A folder that is no whole backup, or one that differs from its manifest."""

    def __init__(self, where: str, why: str) -> None:
        self.where, self.why = where, why
        super().__init__(f"没有恢复，{where}：{why}。")


class NotEmpty(Refusal):
    """A backup is restored into an empty database only."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(f"没有恢复，只能恢复到空的数据库：{why}。请换一个新的数据库。")


# --- objections ----------------------------------------------------------------------------------


class FormAlreadyUsed(Refusal):
    """A form was sent a second time with other content (R16): neither taken silently nor lost."""

    def __init__(self) -> None:
        super().__init__(
            "这张表已经提交过一次，之前提交的内容没有改变。您改动了内容：如要作为另一件异议提交，"
            "请再点一次提交；如只是补充，请凭查询码在“查询进度”里补充。"
        )


class UnknownReceipt(Refusal):
    """No objection has this receipt code (R18)."""

    def __init__(self) -> None:
        super().__init__("没有查到这个查询码。请对照回执逐字核对；字母不分大小写，空格和横线可以不写。")


# --- evidence ------------------------------------------------------------------------------------


class FileRefused(Refusal):
    """An uploaded file that is not taken: what it is, how long it is, or what it carries inside."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(why)


class TooManyFiles(Refusal):
    """As many files as an objection, or the supplements to it, may have."""

    def __init__(self, most: int) -> None:
        self.most = most
        super().__init__(f"最多附{most}个文件，这个没有收下。请合并成一个文件，或者先移除一个。")


class FilesChanged(Refusal):
    """The files that were checked are no longer those that are there: what was not seen is not filed."""

    def __init__(self, seen: int, found: int) -> None:
        self.seen, self.found = seen, found
        super().__init__(
            f"核对时证据材料是{seen}个，现在是{found}个，异议还没有提交。请对照下面的清单补齐后，再核对一次。"
        )


class HeldBack(Refusal):
    """A file that the scanner has not passed, or found infected (SECURITY 34)."""

    def __init__(self, infected: bool) -> None:
        self.infected = infected
        super().__init__(
            "这个文件没有通过查毒，不能下载。" if infected else "这个文件正在查毒，一般几分钟就好。请过一会儿再下载。"
        )


class FileDamaged(Refusal):
    """A stored file that is missing, or is not what was stored."""

    def __init__(self) -> None:
        super().__init__("这个文件在存储中缺失或者损坏，不能下载。情况已经记录，请联系系统管理员从备份中恢复。")


# --- abuse ---------------------------------------------------------------------------------------


class TooManyFromContact(Refusal):
    """One contact has filed as many as the limits allow (R17); `come_back` is when there is room again."""

    def __init__(self, come_back: dt.datetime) -> None:
        self.come_back = come_back
        whole_minute = come_back + dt.timedelta(minutes=1, microseconds=-1)  # written without its seconds
        super().__init__(
            f"同一个联系方式提交的异议比较多，这一件还没有提交。请在{_moment(whole_minute)}以后再提交；"
            "您写的内容仍保留在本页。公示截止前提交都有效，也可以直接联系受理机构。"
        )


class AnswerSpent(Refusal):
    """A challenge answered once lets one objection through, not two."""

    def __init__(self) -> None:
        super().__init__("这次安全检查已经用过了，异议还没有提交。请等新的检查做完，再点一次确认提交。")


class NothingChosen(Refusal):
    """An act on several cases at once without any."""

    def __init__(self) -> None:
        super().__init__("请至少选一个案件。")


class FloodChanged(Refusal):
    """Somebody dealt with a chosen case in the meantime: none is touched."""

    def __init__(self) -> None:
        super().__init__("这一组刚才有了变化，选中的案件里有的已经受理或者办完。一件都没有办理，请核对后再提交。")
