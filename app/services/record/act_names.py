"""The name of every act that the record can hold, and of whoever did it."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.cases.states import ACTION_NAMES
from app.models import Unit, User
from app.services.record.chain import CLOCK, COMMAND_LINE, OBJECTOR, STRANGER, by_user

ACT_NAMES = {f"case.{action}": name for action, name in ACTION_NAMES.items()} | {
    "objection.filed": "收到异议",
    "objection.supplemented": "异议人作了补充",
    "objection.withdrawn": "异议人撤回异议",
    "evidence.received": "收到证据材料",
    "evidence.removed": "提交前移除证据材料",
    "case.unassigned": "经办人的账号停用，由单位其他人接着办",
    "group.proposed": "对一组案件一并提出意见",
    "phrase.added": "增加常用语",
    "phrase.changed": "修改常用语",
    "phrase.removed": "移除常用语",
    "group.confirmed": "确认对一组案件的意见",
    "group.returned": "退回对一组案件的意见",
    "evidence.expired": "清除未提交的证据材料",
    "evidence.clean": "证据材料通过查毒",
    "evidence.infected": "证据材料没有通过查毒",
    "evidence.opened": "下载证据材料",
    "evidence.displaced": "为新上传的文件清除未提交的证据材料",
    "evidence.copied": "去除证据材料里的作者信息",
    "original.opened": "打开证据材料的原件",
    "casefile.received": "上传办案附件",
    "casefile.removed": "提交前移除办案附件",
    "casefile.expired": "清除没有提交的办案附件",
    "casefile.clean": "办案附件通过查毒",
    "casefile.infected": "办案附件没有通过查毒",
    "casefile.opened": "下载办案附件",
    "document.opened": "下载材料",
    "paper.made": "生成文书",
    "document.clean": "材料通过查毒",
    "document.infected": "材料没有通过查毒",
    "dossier.read": "查看了完整的推荐材料",
    "import.received": "上传推荐对象名单",
    "import.checked": "核对推荐对象名单",
    "import.failed": "推荐对象名单没能读取",
    "import.read_again": "重新核对推荐对象名单",
    "import.confirmed": "导入推荐对象名单",
    "import.dropped": "放弃推荐对象名单",
    "nominee.imported": "导入推荐对象",
    "programme.exported": "导出名单",
    "nominee.filled": "由推荐表补充推荐对象的材料",
    "nominee.photo_received": "收到证件照",
    "nominee.material_received": "收到事迹材料",
    "unit.imported": "随推荐对象新增所在单位",
    "case.lapsed": "办结期限内没有结论，逾期",
    "nominee.disqualified": "取消参评资格",
    "nominee.confirmed": "确认评选条件",
    "nominee.denied": "认定不符合评选条件",
    "nominee.ranked": "确认行政级别",
    "nominee.reviewed": "初审、复审",
    "opinion.recorded": "录入征求意见",
    "nominee.corrected": "更正公示内容",
    "nominee.revised": "变更事迹",
    "nominee.withdrawn": "退出推荐",
    "nominee.replaced": "指定递补对象",
    "nominee.entered": "录入推荐对象",
    "nominee.edited": "修改推荐对象",
    "nominees.reordered": "调整推荐顺序",
    "period.entry_withdrawn": "公示前退出，移出名单",
    "disqualification.reversal_proposed": "提出撤销取消资格的决定",
    "disqualification.reversed": "撤销取消资格的决定",
    "proceeding.recorded": "登记审批文件",
    "award.decided": "登记并公布表彰决定",
    "revocation.proposed": "提出撤销表彰",
    "revocation.confirmed": "撤销表彰",
    "revocation.dropped": "退回撤销表彰的提议",
    "period.scheduled": "安排公示",
    "period.cancelled": "撤回公示安排",
    "period.extended": "延长办结期限",
    "period.recounted": "放假通知改变了逐日计算",
    "period.replanned": "因放假通知调整公示时间、办结期限",
    "period.window_extended": "因系统中断延长公示",
    "period.settled": "办结期限届满，自动处理",
    "period.unsettled": "时钟曾经走快，自动处理在办结期限届满时重新进行",
    "period.closed": "办结公示",
    "witness.refused": "没有见证别处的存证",
    "period.list_opened": "公示开始，名单存证",
    "period.list_corrected": "更正后名单存证",
    "period.list_closed": "公示结束，名单存证",
    "calendar.loaded": "载入放假通知",
    "identity.asked": "申请查看异议人身份",
    "identity.granted": "同意查看异议人身份",
    "identity.refused": "不同意查看异议人身份",
    "identity.read": "查看了异议人身份",
    "letter.issued": "文书盖章发出",
    "objection.look_asked": "异议人申请复核",
    "letter.opened": "打开了盖章材料",
    "letter.sorted": "分开了盖章材料和证据",
    "check.ran": "夜间核对全部数据",
    "keys.rotated": "更换密钥",
    "archive.asked": "制作归档包",
    "archive.made": "归档包制作完毕",
    "backup.made": "作了备份",
    "backup.restored": "由备份恢复",
    "retention.purged": "保存期满，删除身份、文件、异议人写的内容和推荐对象资料",
    "data_request.registered": "登记个人信息请求",
    "data_request.read": "查看个人信息请求",
    "data_request.answered": "答复个人信息请求",
    "data_request.purged": "保存期满，删除个人信息请求的内容",
    "programme.created": "建立评选活动",
    "programme.changed": "修改评选活动",
    "programme.stages_changed": "修改时间安排",
    "programme.quotas_changed": "分配名额",
    "programme.archived": "评选活动归档",
    "programme.reopened": "取消归档",
    "unit.added": "增加单位",
    "unit.renamed": "单位改名",
    "unit.moved": "单位移到别的推荐单位",
    "unit.contact_changed": "修改联系方式",
    "reach.set": "设置接收提醒的地址",
    "reach.confirmed": "确认接收提醒的地址",
    "reach.times_chosen": "选择什么时候提醒",
    "reach.stopped": "不再用这个地址接收提醒",
    "reach.code_asked": "再要一个确认码，确认接收提醒的地址",
    "contact.code_asked": "异议人再要一个确认码",
    "contact.confirmed": "异议人确认联系方式",
    "contact.news_wanted": "异议人要求有新进展时告知",
    "contact.news_ended": "异议人不再要新进展的消息",
    "contact.stopped": "异议人退订消息",
    "message.sent_again": "再次发送消息",
    "calendar_feed.made": "生成私人日历地址",
    "calendar_feed.revoked": "作废私人日历地址",
    "unit.retired": "停用单位",
    "unit.restored": "重新启用单位",
    "user.added": "新增账号",
    "user.placed": "调整角色和单位",
    "user.renamed": "更正姓名",
    "deputy.named": "请人代理",
    "deputy.ended": "提前结束代理",
    "user.handed_over": "账号停用以前移交手上的事项",
    "user.logged_in": "登录",
    "user.bound": "把账号和统一身份认证对上",
    "user.login_failed": "登录失败",
    "receipt.unknown": "输入了不存在的查询码",
    "user.logged_out": "退出登录",
    "user.logged_out_elsewhere": "退出其他设备上的登录",
    "user.password_changed": "修改密码",
    "user.password_refused": "核对本人密码未通过",
    "user.second_factor_set": "设置二次验证",
    "user.recovery_codes_renewed": "重新生成恢复码",
    "user.recovery_code_used": "使用恢复码",
    "user.reset": "重置账号密码",
    "user.disabled": "停用账号",
    "user.enabled": "启用账号",
    "user.agreed": "上一级同意启用账号",
    "user.reset_known": "本人已知账号被重置",
    "user.resets_seen": "市级专班看过账号重置",
    "user.proof_asked": "要了发到本人地址的确认码，用来核实账号",
    "reach.entered": "登记本人的地址，用来核实账号",
    "user.proved": "本人用自己的二次验证登录，或者填对发到本人地址的确认码，账号核实",
}


_WHO = {
    CLOCK: "系统（到时自动）",
    OBJECTOR: "异议人",
    COMMAND_LINE: "系统管理员",
    STRANGER: "未登录者",
}


def name_act(action: str) -> str:
    return ACT_NAMES.get(action, action)


def name_actor(actor: str, names: dict[int, str]) -> str:
    """Return an actor of the record as people read it."""
    if actor.startswith("user:"):
        return names.get(int(actor.removeprefix("user:")), actor)
    return _WHO.get(actor, actor)


def find_actors_named(text: str, names: dict[int, str]) -> frozenset[str]:
    """Return the actors of the record whose name contains this text."""
    people = {by_user(user_id): name for user_id, name in names.items()}
    return frozenset(actor for actor, name in (people | _WHO).items() if text in name)


def user_names(session: Session) -> dict[int, str]:
    rows = session.execute(select(User.id, User.name, Unit.name).join(Unit, User.unit_id == Unit.id))
    return {user_id: f"{unit} {name}" for user_id, name, unit in rows}
