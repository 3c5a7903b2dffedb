"""Word lists of the demonstration: the notice's closed lists, and what invented names are made from."""

# Annex 4, 单位类型. The notice runs the institutions and the associations together; here each is a type.
CATEGORIES = (
    "国有企业",
    "集体企业",
    "股份合作企业",
    "联营企业",
    "有限责任公司股份有限公司",
    "私营企业",
    "港澳台商投资企业",
    "外商投资企业",
    "行政机关",
    "事业单位",
    "社会团体",
    "其他",
)
AGENCY, INSTITUTION, STATE_FIRM, ASSOCIATION, OTHER = "行政机关", "事业单位", "国有企业", "社会团体", "其他"

# Annex 5, 人员身份.
STATUSES = (
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
CIVIL, EXPERT, CLERK, MANAGER, WORKER, FARMER = STATUSES[:6]
SELF_EMPLOYED, RETIRED = "个体经营者", "退（离）休人员"

# Annexes 4 and 5, 所属行业.
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
FARMING, TRANSPORT, ENVIRONMENT, SCIENCE = TRADES[0], TRADES[5], TRADES[13], TRADES[12]
EDUCATION, HEALTH, PUBLIC_BODY, STATE_ORGAN = TRADES[15], TRADES[16], TRADES[18], TRADES[19]

SURNAMES = (
    "李王张刘陈杨赵黄周吴徐孙朱高何罗郑谢唐许邓冯曾彭蒋田余潘董袁叶魏吕丁沈姜范陆崔钟谭汪石贺龚浦缪晏陶代敖施武卢耿"
)
# Two styles of given name; a name takes both characters from one style.
GIVEN = (
    ("建志文永绍正家光云学明庆加开兴", "华平林荣昌祥坤斌勇伟俊贵宏才波福"),
    ("丽秀春晓雪文玉惠海美艳云桂红", "芬萍梅琼仙英芳娟燕华兰霞蓉琳敏"),
)
# What the lists could spell of well-known people, or comes close; left out.
_STOP = (
    "张文宏 王建林 陈建斌 陈永贵 张庆伟 杨丽萍 刘晓燕 张桂梅 王文娟 朱建华 李丽芬 陈丽华 "
    "孙春兰 李晓霞 蒋正华 李家祥 曾志伟 胡春华 余秀华 潘建伟 田海蓉 董文华 董建华 石光荣 "
    "吴文俊 吴建平 赵丽华 赵丽蓉 陈云林 刘志华 王正伟 李文华 王丽萍 王玉梅 何丽萍 李春燕 "
    "张丽华 王建华 王建平 李建华 李建平 张建平 杨建平 刘正荣 张建华 郑永华 陈文华 沈文荣 "
    "刘永平 周建平 李志勇 王志勇 许家祥 谢文俊 袁志敏 张兴平 王学林 李永平 陈明华 杨明华 "
    "张永祥 吴志伟 李志伟 "
)
STOP_NAMES = frozenset(_STOP.split())

# Invented place stems: none is a township, street or village of the city that we know of.
_STEMS = (
    "春晖 青禾 云溪 和畅 晴川 松月 柳溪 望岭 兰溪 秋实 星河 禾丰 芳草 枫林 碧潭 梨坪 "
    "竹溪 桂香 白鹭 清荷 溪桥 暖阳 晨曦 同心 和顺 安澜 雁鸣 槐荫 榕荫 茶香 稻香 荷塘 "
    "山茶 映山 杏坪 橙溪 鹿鸣 听泉 麦坪 桑榆 银杉 棠梨 燕归 云帆 "
)
STEMS = tuple(_STEMS.split())
