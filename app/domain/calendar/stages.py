"""The four stages of a programme (notice, part 六), and what is due at the end of each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NoticeStage:
    """`due` is what must be handed in, or done, by 24:00 of the stage's last day; `round` the one that must be over."""

    number: int
    name: str
    due: str
    round: int | None


STAGES = {
    1: NoticeStage(1, "组织推荐阶段", "报送初步推荐材料", 1),
    2: NoticeStage(2, "初审阶段", "报送正式推荐材料", 2),
    3: NoticeStage(3, "复审和公示阶段", "全市公示结束", 3),
    4: NoticeStage(4, "表彰阶段", "作出表彰决定", None),
}
