"""Which notices there are in this process: read once, when the portal or a command starts."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from app.domain.programmes.notice import AwardNotice
from app.domain.refusals import NoticeMissing
from app.notices.reading import UnusableNotice, read_notice
from config import BadSettings

BUILT_IN = "qujing-2025"
_BUILT_IN_FILE = Path(__file__).resolve().parent.parent / "data" / "notices" / f"{BUILT_IN}.toml"
_offered: dict[str, AwardNotice] = {}  # by key, the built-in one first


def offer_notices(folder: str = "") -> None:
    """Read the built-in notice and every .toml file of a folder; what was offered before is replaced.

    Raises BadSettings for a missing folder and UnusableNotice for a file that cannot be followed. The portal then does
    not start: it would otherwise apply other rules than those of its notice.
    """
    found = {BUILT_IN: _built_in()}
    if folder and not Path(folder).is_dir():
        raise BadSettings(f"GONGSHI_NOTICES_DIR 应是一个文件夹，现在是 {folder}，没有找到。")
    for path in sorted(Path(folder).glob("*.toml")) if folder else []:
        notice = read_notice(path)
        if notice.key in found:
            raise UnusableNotice(path, [f"标识“{notice.key}”已经有别的描述文件用了，请换一个 key。"])
        found[notice.key] = notice
    _offered.clear()
    _offered.update(found)


@cache
def _built_in() -> AwardNotice:
    return read_notice(_BUILT_IN_FILE)


def offered() -> Mapping[str, AwardNotice]:
    """Every notice by its key, the built-in one first."""
    if not _offered:
        offer_notices()
    return _offered


def notice_of(key: str) -> AwardNotice:
    """Return the notice of this key; "" is the built-in one. Raises NoticeMissing where no file describes it."""
    try:
        return offered()[key or BUILT_IN]
    except KeyError:
        raise NoticeMissing(key) from None


def built_in() -> AwardNotice:
    """Return the notice that a programme follows unless it names another."""
    return _built_in()
