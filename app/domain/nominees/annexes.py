"""The words that the forms of the notice allow (annexes 2 to 6), and the ranks that its conditions speak of."""

from __future__ import annotations

from enum import StrEnum

# Annex 4, item 4; annex 5, item 7. The notice separates two of them by no mark; they are two kinds of company.
UNIT_TYPES = (
    "国有企业",
    "集体企业",
    "股份合作企业",
    "联营企业",
    "有限责任公司",
    "股份有限公司",
    "私营企业",
    "港澳台商投资企业",
    "外商投资企业",
    "行政机关",
    "事业单位",
    "社会团体",
    "其他",
)
# Annex 4, item 5; annex 5, item 6. Some are written as one although statistics know them as two.
TRADES = (
    "农、林、牧、渔业",
    "采矿业",
    "制造业",
    "电力、热力、燃气及水生产和供应业",
    "建筑业",
    "交通运输、仓储和邮政业",
    "信息传输、软件和信息技术服务业",
    "批发和零售业",
    "住宿和餐饮业",
    "金融业",
    "房地产业",
    "租赁和商务服务业",
    "科学研究、技术服务和地质勘查业",
    "水利、环境和公共设施管理业",
    "居民服务、修理和其他服务业",
    "教育",
    "卫生和社会工作",
    "文化、体育和娱乐业",
    "公共管理、社会保障和社会组织",
    "国家机关、党政机关和社会团体",
    "其他",
)
# Annex 5, item 3.
POLITICAL_STATUSES = (
    "中国共产党党员",
    "中国共产党预备党员",
    "中国共产主义青年团团员",
    "中国国民党革命委员会会员",
    "中国民主同盟盟员",
    "中国民主建国会会员",
    "中国民主促进会会员",
    "中国农工民主党党员",
    "中国致公党党员",
    "九三学社社员",
    "台湾民主自治同盟盟员",
    "无党派民主人士",
    "群众",
)
# Annex 5, item 5.
PERSON_STATUSES = (
    "国家公务员（包括参公管理人员）",
    "专业技术人员",
    "职员",
    "企业管理人员",
    "工人",
    "农民",
    "学生",
    "现役军人",
    "自由职业者",
    "个体经营者",
    "无业人员",
    "退（离）休人员",
    "其他",
)
# The 56 of GB 3304, in full (annex 5, item 2: 如：汉族).
_PEOPLES = (
    "汉 蒙古 回 藏 维吾尔 苗 彝 壮 布依 朝鲜 满 侗 瑶 白 土家 哈尼 哈萨克 傣 黎 "
    "傈僳 佤 畲 高山 拉祜 水 东乡 纳西 景颇 柯尔克孜 土 达斡尔 仫佬 羌 布朗 撒拉 毛南 仡佬 锡伯 "
    "阿昌 普米 塔吉克 怒 乌孜别克 俄罗斯 鄂温克 德昂 保安 裕固 京 塔塔尔 独龙 鄂伦春 赫哲 门巴 珞巴 基诺"
)
ETHNICITIES = tuple(f"{people}族" for people in _PEOPLES.split())
SEXES = ("男", "女")
NONE = "无"  # what an award or penalty field says where there is nothing to say: it is never left empty


class Rank(StrEnum):
    """行政级别, of a person or of a collective, as the conditions of the notice tell it apart (R10)."""

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


class Authority(StrEnum):
    """Whose opinion annex 6 asks for."""

    DISCIPLINE = "discipline"  # 纪检监察机关
    PERSONNEL = "personnel"  # 组织人事部门
    POLICE = "police"  # 公安部门
    AUDIT = "audit"  # 审计部门


AUTHORITY_NAMES = {
    Authority.DISCIPLINE: "纪检监察机关",
    Authority.PERSONNEL: "组织人事部门",
    Authority.POLICE: "公安部门",
    Authority.AUDIT: "审计部门",
}
