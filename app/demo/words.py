"""Word lists of the demonstration: which of the notice's lists it uses, and what invented names are made from."""

from app.notices.offered import built_in

PERSON_STATUSES, TRADES = built_in().words("status"), built_in().words("trade")

AGENCY, INSTITUTION, STATE_FIRM, ASSOCIATION, OTHER = "行政机关", "事业单位", "国有企业", "社会团体", "其他"
CIVIL, EXPERT, CLERK, MANAGER, WORKER, FARMER = PERSON_STATUSES[:6]
SELF_EMPLOYED, RETIRED = "个体经营者", "退（离）休人员"
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
