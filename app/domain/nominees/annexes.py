"""Words of the forms that are the same in every notice, as the State fixes them, and the ladder of ranks."""

from __future__ import annotations

from enum import StrEnum

# The 56 of GB 3304, in full (annex 5, item 2: 如：汉族).
_PEOPLES = (
    "汉 蒙古 回 藏 维吾尔 苗 彝 壮 布依 朝鲜 满 侗 瑶 白 土家 哈尼 哈萨克 傣 黎 "
    "傈僳 佤 畲 高山 拉祜 水 东乡 纳西 景颇 柯尔克孜 土 达斡尔 仫佬 羌 布朗 撒拉 毛南 仡佬 锡伯 "
    "阿昌 普米 塔吉克 怒 乌孜别克 俄罗斯 鄂温克 德昂 保安 裕固 京 塔塔尔 独龙 鄂伦春 赫哲 门巴 珞巴 基诺"
)
# With the two that GB/T 3304 lists beside the 56 (codes 97, 98).
ETHNICITIES = (*(f"{people}族" for people in _PEOPLES.split()), "穿青人", "其他")
SEXES = ("男", "女")
NONE = "无"  # the text of an award or penalty field without content: the field is never left empty


class Rank(StrEnum):
    """行政级别, of a person or of a collective, from the bottom up (R10): the State's ladder, not a notice's."""

    UNKNOWN = "unknown"  # a person has to say
    NONE = "none"  # 无行政级别
    BELOW = "below"  # 乡科级及以下
    COUNTY = "county"  # 县处级
    ABOVE = "above"  # 副厅级及以上


RANK_NAMES = {
    Rank.UNKNOWN: "待确认",
    Rank.NONE: "无行政级别",
    Rank.BELOW: "乡科级及以下",
    Rank.COUNTY: "县处级",
    Rank.ABOVE: "副厅级及以上",
}
