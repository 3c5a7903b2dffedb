"""What a nominee needs before it may go on, and its changes under way."""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.refusals.base import Refusal

_NAMED = 8  # of a hundred and fifty nobody reads more


class NoLongerStands(Refusal):
    """Who is out or has withdrawn is not changed any more."""

    def __init__(self, name: str, why: str) -> None:
        self.name, self.why = name, why
        super().__init__(f"{name}{why}，不能再办理这一步。")


class NothingChanged(Refusal):
    """The text is the one that stands."""

    def __init__(self, what: str, field: str = "") -> None:
        self.what = what
        super().__init__(f"{what}和原来的一样，没有改动。", field)


class KnownAlready(Refusal):
    """The same person or collective twice in one programme. Without a name it is another unit's, and so is the name."""

    def __init__(self, field: str, name: str = "", unit: str = "") -> None:
        self.name, self.unit = name, unit
        super().__init__(
            f"同一对象已经在名单里：{name}（{unit}推荐），不能再次推荐。"
            if name
            else "同一对象已由其他单位推荐，不能再次推荐：请核对，或者与市级专班联系。",
            field,
        )


class NotReady(Refusal):
    """Nominees for whom an act is not possible, as (id, name, reasons): none of them, nor the others, is touched."""

    def __init__(self, what: str, waiting: Sequence[tuple[int, str, Sequence[str]]]) -> None:
        self.what, self.waiting = what, waiting
        said = "；".join(f"{name}（{'、'.join(why)}）" for _, name, why in waiting[:_NAMED])
        rest = f"；还有{len(waiting) - _NAMED}个对象" if len(waiting) > _NAMED else ""
        super().__init__(f"还不能{what}，一个也没有改动：{said}{rest}。请先办好这些，或者不选这些对象。")

    @property
    def reasons(self) -> dict[int, Sequence[str]]:
        """Return the reasons of each nominee that is held up, by id."""
        return {nominee_id: why for nominee_id, _, why in self.waiting}
