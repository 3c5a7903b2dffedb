"""What somebody has to do today as one list: kinds of tasks, and their order by due time (R3, R21, R25, R30)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

SOON = 2  # working days left after today


class TaskKind(StrEnum):
    """What is to be done. Of one due time the kinds come in this order. Those of cases are named as in `CaseTask`."""

    ADD_HANDS = "add_hands"
    ADD_REVIEWER = "add_reviewer"
    CHECKS = "checks"
    UNSEALED = "unsealed"
    MOVES = "moves"
    CALENDAR = "calendar"
    CONTACT = "contact"
    UNREACHABLE = "unreachable"
    TAKE_OVER = "take_over"
    URGE = "urge"
    CONFIRM = "confirm"
    GROUP_ACT = "group_act"
    LOOK = "look"
    RESUME = "resume"
    ACCEPT = "accept"
    DECIDE = "decide"
    BURST = "burst"
    FLOOD = "flood"
    IMPORT = "import"
    LATE = "late"
    OVERRUNS = "overruns"
    PLACES = "places"
    SCHEDULE = "schedule"
    CONDITIONS = "conditions"
    REVIEW = "review"
    OPINIONS = "opinions"
    CLOSE = "close"
    APPROVAL = "approval"
    AWARD = "award"
    VACANCY = "vacancy"
    REVERSAL = "reversal"
    REVOCATION = "revocation"
    IDENTITY = "identity"
    DATA_REQUEST = "data_request"
    AGREE = "agree"
    GIVEN_UP = "given_up"
    LAPSED = "lapsed"
    RESET = "reset"
    REPLACING = "replacing"
    PROVISIONAL = "provisional"


TASK_NAMES = {
    TaskKind.ADD_HANDS: "给没有两个人可以办理的案件增加账号",
    TaskKind.ADD_REVIEWER: "给没有人可以复核的案件增加账号",
    TaskKind.CHECKS: "核对数据不符，马上告诉系统管理员",
    TaskKind.UNSEALED: "记录没有及时编号，马上告诉系统管理员",
    TaskKind.MOVES: "按新的放假安排调整公示",
    TaskKind.CALENDAR: "载入放假通知",
    TaskKind.CONTACT: "填写联系方式，填好才能安排公示",
    TaskKind.UNREACHABLE: "给收不到消息的单位设置地址",
    TaskKind.TAKE_OVER: "接办或者受理已转市级专班的案件",
    TaskKind.URGE: "催办逾期未办的案件",
    TaskKind.CONFIRM: "确认意见",
    TaskKind.GROUP_ACT: "确认一并提出的意见",
    TaskKind.LOOK: "答复复核申请",
    TaskKind.RESUME: "补正期限已过，恢复办理",
    TaskKind.ACCEPT: "受理案件，或者提出不予受理",
    TaskKind.DECIDE: "核查案件，提出处理意见",
    TaskKind.BURST: "最后一天集中收到异议，可以一并延长办结期限",
    TaskKind.FLOOD: "一并办理相近的异议",
    TaskKind.IMPORT: "上传推荐对象的名单",
    TaskKind.LATE: "赶不上报送期限，调整安排",
    TaskKind.OVERRUNS: "已安排的公示超过报送期限",
    TaskKind.PLACES: "推荐对象比名额多，选定以后安排公示",
    TaskKind.SCHEDULE: "安排公示",
    TaskKind.CONDITIONS: "确认评选条件",
    TaskKind.REVIEW: "审核推荐对象",
    TaskKind.OPINIONS: "录入征求意见",
    TaskKind.CLOSE: "办结公示",
    TaskKind.APPROVAL: "登记同意表彰的批复",
    TaskKind.AWARD: "记录表彰决定",
    TaskKind.VACANCY: "名额空缺，可以递补",
    TaskKind.REVERSAL: "确认撤销取消资格的决定",
    TaskKind.REVOCATION: "确认撤销表彰",
    TaskKind.IDENTITY: "答复身份查看申请",
    TaskKind.DATA_REQUEST: "答复个人信息请求",
    TaskKind.AGREE: "同意账号",
    TaskKind.GIVEN_UP: "重发没有发出的消息",
    TaskKind.LAPSED: "系统自动记为逾期未结论的案件",
    TaskKind.RESET: "账号重置",
    TaskKind.REPLACING: "正在递补的对象",
    TaskKind.PROVISIONAL: "日期可能调整的公示",
}
# What has no due time and is wrong every minute that it lasts.
ALARMS = frozenset(
    {
        TaskKind.ADD_HANDS,
        TaskKind.ADD_REVIEWER,
        TaskKind.CHECKS,
        TaskKind.UNSEALED,
        TaskKind.CONTACT,
        TaskKind.UNREACHABLE,
    }
)
# What asks for nothing: it is to be known.
NEWS = frozenset({TaskKind.LAPSED, TaskKind.RESET, TaskKind.REPLACING, TaskKind.PROVISIONAL})


class When(StrEnum):
    """The parts of the list, from top to bottom."""

    OVERDUE = "overdue"
    SOON = "soon"
    LATER = "later"
    ANY_TIME = "any_time"
    NEWS = "news"


WHEN_NAMES = {
    When.OVERDUE: "已经逾期，马上要办的",
    When.SOON: f"{SOON}个工作日内到期的",
    When.LATER: "以后到期的",
    When.ANY_TIME: "没有期限的",
    When.NEWS: "请留意",
}


@dataclass(frozen=True, slots=True)
class TaskPlace:
    """What the page where a task is done is about, by id. What is 0 or empty does not matter there."""

    case: int = 0
    period: int = 0
    programme: int = 0
    round: int = 0
    unit: int = 0
    user: int = 0
    nominees: tuple[int, ...] = ()
    row: int = 0  # of whatever else the kind is about
    word: str = ""  # the stage of a review; the first day of the record
    whose: str = ""  # "mine": cases in the reader's own hands; "absent": those of whoever the reader stands in for


@dataclass(frozen=True, slots=True)
class Task:
    """One row of the list: what, about what, until when, and how many things stand on the page where it is done.

    `left` counts the working days after today until `due`, 0 on its last one; None without a due time, or where no
    calendar reaches it. `room` says in words what is left beside that, as the timetable counts it.
    """

    kind: TaskKind
    about: str
    due: dt.datetime | None = None
    left: int | None = None
    count: int = 1
    room: str = ""
    number: str = ""  # of the one case that it is about
    place: TaskPlace = field(default_factory=TaskPlace)

    def when(self, now: dt.datetime) -> When:
        """Return the part of the list in which it stands at `now`."""
        if self.kind in NEWS:
            return When.NEWS
        if self.kind in ALARMS:
            return When.OVERDUE
        if self.due is None:
            return When.ANY_TIME
        if self.due <= now:
            return When.OVERDUE
        return When.SOON if self.left is not None and self.left <= SOON else When.LATER


def arrange(tasks: Iterable[Task], now: dt.datetime) -> dict[When, list[Task]]:
    """Return the tasks by part, each part by due time, then in the order of the kinds. Empty parts are left out.

    An alarm comes before everything that is overdue.
    """
    ranks = {kind: rank for rank, kind in enumerate(TaskKind)}
    latest = dt.datetime.max.replace(tzinfo=dt.UTC)

    def place(task: Task) -> tuple[bool, dt.datetime, int, str]:
        return task.kind not in ALARMS, task.due or latest, ranks[task.kind], task.about

    parts: dict[When, list[Task]] = {when: [] for when in When}
    for task in sorted(tasks, key=place):
        parts[task.when(now)].append(task)
    return {when: part for when, part in parts.items() if part}


assert TASK_NAMES.keys() == set(TaskKind), "every kind has its name"  # noqa: S101 - a table checked once, at import
assert WHEN_NAMES.keys() == set(When), "every part has its name"  # noqa: S101 - as above
