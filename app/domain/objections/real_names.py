"""Names under which an objection is filed: a person's is a real one (R14, R15), a unit's is whatever it is called."""

from __future__ import annotations

import re
import unicodedata

# Words for an anonymous writer, whose text is no objection (R15).
_UNNAMED = re.compile(r"匿名|无名|不愿|知情人|热心|群众$|^群众|市民$|网友|^[*＊xX×?？.。\d\s]+$")
# A surname with a title or with 某, or an assumed name: the writer would probably give the real one if asked.
_HALF_NAMED = re.compile(r"某|化名|(?:女士|先生|小姐|太太|同志|师傅|老师|大爷|大妈|阿姨)$")


def why_no_real_name(name: str) -> str:
    """Say in Chinese why a text is not the real name of a person; empty where it may be one.

    It is applied to persons only: the name of a unit may look like anything (R14).
    """
    plain = "".join(unicodedata.normalize("NFKC", name).split())
    if _UNNAMED.search(plain):
        return (
            "请填写真实姓名。匿名反映不按异议办理，可以改用本页所列的电话或者信件反映。"
            "实名打电话、来信、来访的，由工作人员登记，同样按异议办理。"
        )
    if _HALF_NAMED.search(plain):
        return (
            "请填写身份证上的姓名全名，例如“王小明”，不要只写姓、称呼或者化名。"
            "姓名会加密保存，办理单位和推荐对象都看不到。"
        )
    return ""
