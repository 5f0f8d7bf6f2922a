"""What a check can find: permanent codes, how grave they are, and the words for people."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from common.findings import Found, Rule

FIELD, MATERIAL = "field", "material"


def _warn(text: str | Promise) -> Rule:
    return Rule(text, is_error=False)


def _ask(text: str | Promise) -> Rule:
    return Rule(text, asks_in_vain=True)


# Codes are permanent: stored findings, filters and exports name them. Sources: standards table 2.8 (consistency),
# 行政许可法第十四条至第十七条、第四十二条 (basis, limits), 国务院令第722号第二十一条 (证明 needs a law),
# 国务院令第716号第十二条 and 数据共享条例 (what is shared is not asked for again).
RULES: dict[str, Rule] = {
    "consistency.instant": Rule(_("即办件的承诺时限应当是 0，承诺时限是 0 的应当是即办件")),
    "consistency.result_kind": _warn(_("结果名称“%(name)s”和结果类型不一致")),
    "consistency.visit_reason": Rule(_("要到现场的要写明原因，不用到现场的原因写“无”")),
    "consistency.express": Rule(_("不到现场又不能网上办的，办理形式应当有快递申请")),
    "consistency.online_visit": Rule(_("全程网上办理的，到现场次数应当是 0")),
    "consistency.fee_basis": Rule(_("收费项目“%(name)s”没有写收费标准或者收费依据")),
    "consistency.pay_without_fee": Rule(_("不收费的事项不应当有网上支付")),
    "consistency.phone_missing": Rule(_("咨询电话和投诉电话都要有")),
    "consistency.phone_same": Rule(_("咨询电话和投诉电话不能相同")),
    "consistency.theme_audience": Rule(_("服务对象里没有%(audience)s，却有%(audience)s主题")),
    "consistency.theme_missing": _warn(_("服务对象有%(audience)s，没有选%(audience)s主题")),
    "consistency.faq_missing": Rule(_("行政许可至少要有一条常见问题")),
    "consistency.flow_short": Rule(_("行政许可的办理流程至少要有五步（受理、审核、审批、办结、送达）")),
    "consistency.sample_missing": _warn(_("有审批结果，没有结果样本")),
    "legal.promise_longer": Rule(_("承诺时限长于法定时限：承诺%(promise)s，法定%(statute)s")),
    "legal.limit_missing": _warn(_("没有写法定办结时限")),
    "legal.basis_missing": Rule(_("没有设定依据")),
    "legal.basis_weak": Rule(_("行政许可要有法律、行政法规、国务院决定、地方性法规或者省级政府规章作依据")),
    "legal.article_missing": _warn(_("《%(law)s》没有写到第几条")),
    "legal.proof_basis": Rule(_("“%(name)s”是证明，要有法律、法规或者国务院决定作依据")),
    "legal.material_basis": _warn(_("“%(name)s”没有写要求提供的依据")),
    "reference.element_unknown": Rule(_("栏目“%(name)s”引用的数据元 %(element)s 不存在")),
    "reference.element_differs": Rule(_("栏目“%(name)s”的类型或者选项和数据元 %(element)s 不一致")),
    "reference.element_label": _warn(_("栏目“%(name)s”的名称和数据元 %(element)s 的“%(label)s”不同")),
    "reference.file_material": Rule(_("文件栏目“%(name)s”要对应一份条件相同的申请材料")),
    "reference.pieces_few": Rule(_("材料“%(name)s”只有一个组成部分：至少要有两个，或者都不要")),
    "reference.piece_type": Rule(_("材料“%(name)s”的“%(piece)s”用的证照没有列在免交的证照里")),
    "reference.piece_spare": _warn(_("材料“%(name)s”要交齐各个部分，但是列出的证照里有的不属于任何一个部分")),
    "reference.table_shape": Rule(_("表格“%(name)s”：%(problem)s")),
    "reference.type_unknown": Rule(_("“%(name)s”引用的证照类型不存在")),
    "reference.result_type": Rule(_("结果是证照的要指明证照类型，不是证照的不要指明")),
    "reference.replaces": Rule(_("变更、延续证照的，材料里要有原来的这种证照")),
    "reference.code_unknown": Rule(_("%(field)s里的 %(value)s 不在代码集里")),
    "reference.route_missing": Rule(_("可以在线申请的承诺件要有审查环节")),
    "reference.department_missing": Rule(_("可以在线申请的事项要有本平台里的实施部门")),
    "route.cycle": Rule(_("审查环节互相等待，转成了圈：%(path)s")),
    "route.stage_unknown": Rule(_("环节“%(name)s”等的环节已经没有了")),
    "route.too_long": Rule(_("审查环节最长要 %(days)s 个工作日，超过了承诺时限（%(promise)s）")),
    "route.lead_unknown": Rule(_("环节“%(name)s”参加的联合审查已经没有了，或者那一环节不是联合审查")),
    "route.part_has_order": Rule(_("环节“%(name)s”参加联合审查，和牵头环节一起开始，不另写等哪些环节")),
    "route.part_too_long": Rule(_("环节“%(name)s”的时限比联合审查的牵头环节还长")),
    "route.joint_alone": Rule(_("联合审查“%(name)s”没有别的环节参加")),
    "route.visit_alone": Rule(_("现场核查“%(name)s”要由两名以上人员进行，请勾选实质审查")),
    "quota.change": Rule(_("变更、延续不占新的名额，不按名额和先后顺序决定：请去掉名额的设置")),
    "quota.result_type": Rule(_("按现在有效的证照计名额的，办理结果要是证照")),
    "quota.law_missing": Rule(_("决定的顺序法律、行政法规另有规定的，要在“数量限制”里写明是哪一条、按什么顺序")),
    "quota.text_missing": _warn(_("有名额的，请在“数量限制”里用一句话写明限制和依据，国家目录里只有这句话")),
    "quota.number_missing": _warn(_("没有写几个名额：前面受理的都决定以后，后面的才能准予")),
    "situation.looks_forward": Rule(_("%(problem)s")),
    "situation.question_unreachable": Rule(_("问题“%(name)s”的条件永远不会成立")),
    "situation.option_unreachable": Rule(_("问题“%(name)s”的选项“%(option)s”永远选不到")),
    "situation.dead_end": Rule(_("回答 %(answers)s 以后，问题“%(name)s”没有一个选项可选")),
    "situation.part_unreachable": Rule(_("“%(name)s”的条件永远不会成立，不会有人看到它")),
    "situation.too_many": _warn(_("情形组合太多，没有全部核对")),
    "directory.missing": _warn(_("没有对应的基本目录")),
    "directory.outdated": _warn(_("基本目录已经有第 %(number)s 版，这里还是第 %(own)s 版；不同的有：%(fields)s")),
    "directory.differs": Rule(_("和基本目录不一致：%(fields)s")),
    "directory.level": Rule(_("行使层级 %(level)s 不在基本目录规定的层级里")),
    "directory.has_subs": Rule(_("有子项的主项不能直接实施，请实施它的子项")),
    "directory.cancelled": Rule(_("基本目录里已经取消这一项")),
    "ask.field_known": _ask(_("栏目“%(name)s”自己填写，但是%(source)s已经有：请改用数据元 %(element)s")),
    "ask.field_on_certificate": _ask(_("栏目“%(name)s”要申请人填写，但是材料里的%(source)s上已经有")),
    "ask.field_always": _ask(_("栏目“%(name)s”每次都要申请人填写，但是%(source)s已经有")),
    "ask.material_known": _ask(_("材料“%(name)s”要申请人提交，但是证照库里已经有%(source)s")),
    "ask.material_unmatched": _ask(_("材料“%(name)s”写明用%(source)s免交，但是申请人不会持有它，实际还是要交")),
    "ask.no_source": _warn(_("材料“%(name)s”由政府部门核发，还没有写明从哪里取")),
}

# Checks of bundles (一件事): beside the item codes, for they are kept with the bundle and not in the items' report.
BUNDLE_RULES: dict[str, Rule] = {
    "bundle.basis_missing": Rule(_("没有写依据的文件")),
    "bundle.members_few": Rule(_("一件事至少要有两个事项")),
    "bundle.cycle": Rule(_("先后顺序转成了圈：%(path)s")),
    "bundle.condition_unknown": Rule(_("%(problem)s")),
    "bundle.entry_cancelled": Rule(_("基本目录里已经取消“%(name)s”")),
    "bundle.member_missing": Rule(_("“%(name)s”在本地没有部门实施")),
    "bundle.member_paused": Rule(_("“%(name)s”现在暂停办理")),
    "bundle.member_cancelled": Rule(_("“%(name)s”已经取消")),
    "bundle.member_offline": _warn(_("“%(name)s”还不能网上申请，要到窗口办")),
    "bundle.member_unreachable": Rule(_("“%(name)s”的条件自相矛盾或者永远不会成立，没有人会办到它")),
    "bundle.after_never": _warn(_("“%(name)s”要等“%(other)s”，但是这两项不会一起办")),
    "bundle.question_unreachable": Rule(_("问题“%(name)s”的条件永远不会成立")),
    "bundle.option_unreachable": Rule(_("问题“%(name)s”的选项“%(option)s”永远选不到")),
    "bundle.dead_end": Rule(_("回答“%(answers)s”以后，问题“%(name)s”没有一个选项可选")),
    "bundle.question_unused": _warn(_("问题“%(name)s”的回答没有用在任何地方，不用问")),
    "bundle.answer_unknown": Rule(_("“%(name)s”已经没有 %(question)s 这个问题，对应关系要改")),
    "bundle.value_gone": Rule(_("“%(name)s”的问题“%(question)s”已经没有 %(value)s 这个选项，对应关系要改")),
    "bundle.value_closed": Rule(_("回答“%(answers)s”时，“%(name)s”的问题“%(question)s”不能选“%(value)s”")),
    "bundle.answer_missing": Rule(_("回答“%(answers)s”时，“%(name)s”的问题“%(question)s”没有答案，申请人要再答一次")),
    "bundle.field_types": Rule(_("“%(label)s”在“%(first)s”和“%(second)s”里的类型或者选项不同，合不到一起")),
    "bundle.item_changed": _warn(_("“%(name)s”已经是第 %(number)s 版，对应关系是按第 %(own)s 版核对的")),
    "bundle.too_many": _warn(_("情形组合太多，没有全部核对")),
}


@dataclass(frozen=True, slots=True)
class Finding(Found):
    """One thing found. ``where`` is a column, or ``field:key``, ``material:key``, ``situation:key``."""

    rules: ClassVar[Mapping[str, Rule]] = {**RULES, **BUNDLE_RULES}

    def stored(self) -> dict[str, Any]:
        """The finding as JSON; the words are made when it is shown."""
        return {"code": self.code, "where": self.where, "params": dict(self.params), "waived": self.is_waived}


def restored(row: Mapping[str, Any]) -> Finding:
    """Read a stored finding back."""
    return Finding(row["code"], row.get("where", ""), row.get("params", {}), bool(row.get("waived")))
