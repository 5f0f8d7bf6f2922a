"""Refusals of the cases room."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from common.errors import Conflict, Forbidden, Invalid, NotFound
from services.forms import Problem


class CaseNotFound(NotFound):
    """No such case, or this actor may not know of it."""

    code = "case.not_found"
    message = _("没有找到这个办件。")
    what_to_do = _("请核对办件编号，或者在您的办件列表中查找。")


class FileGone(NotFound):
    """The stored file is not there any more: its term was over and it was destroyed."""

    code = "case.file_gone"
    message = _("这份文件已经不在了：保管期满的档案按规定销毁。")
    what_to_do = _("要核实的，请联系办理部门查销毁清册。")


class MoveNotAllowed(Conflict):
    """The state table has no such move from the case's state."""

    code = "case.move_not_allowed"
    message = _("办件现在是“%(state)s”，不能%(action)s。")
    what_to_do = _("请刷新页面，按现在的状态办理。")


class CaseClosed(Conflict):
    """The case is over."""

    code = "case.closed"
    message = _("办件已经结束（%(state)s），不能再%(action)s。")
    what_to_do = _("如仍需办理，请重新申请；对结果有异议的，可以按文书上写明的途径申请复议或者诉讼。")


class StaleForm(Conflict):
    """Somebody else changed the case after this page was opened."""

    code = "case.stale_form"
    message = _("打开页面以后，办件已被更新，您这次的操作没有执行。")
    what_to_do = _("请刷新页面，看过最新内容后再操作。")


class ItemNotApplicable(Conflict):
    """The item takes no application here."""

    code = "case.item_not_applicable"
    message = _("这个事项暂时不能在线申请。")
    what_to_do = _("请按办事指南到窗口办理。")


class WrongApplicantKind(Forbidden):
    """A person applies for an organisation's item, or the other way round."""

    code = "case.wrong_applicant_kind"
    message = _("这个事项要以%(kind)s的名义申请。")
    what_to_do = _("请在页面上方切换办理身份后再申请。")


class SituationIncomplete(Invalid):
    """A guiding question is open."""

    code = "case.situation_incomplete"
    message = _("还有问题没有选择。")


class AnswersRefused(Invalid):
    """Answers of a page do not fit. ``fields`` has the message and ``codes`` the stable reason of each, by path."""

    code = "case.answers_refused"
    message = _("有 %(count)s 处内容不对，这一页没有保存。")
    what_to_do = _("请按每一处的提示改好后再提交。")

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(count=len(problems), fields={problem.path: problem.message for problem in problems})
        self.codes = {problem.path: problem.code for problem in problems}


class AnswersIncomplete(Invalid):
    """Required fields are empty or wrong."""

    code = "case.answers_incomplete"
    message = _("有 %(count)s 项还没有填好，请补齐后提交。")


class MaterialsIncomplete(Invalid):
    """Required materials are missing."""

    code = "case.materials_incomplete"
    message = _("还差 %(count)s 份材料：%(names)s。")
    what_to_do = _("请回到“材料”一步上传，能承诺的也可以选择告知承诺。")


class DeclarationMissing(Invalid):
    """The applicant did not confirm the declaration."""

    code = "case.declaration_missing"
    message = _("请先勾选承诺，再提交。")


class ProofNeeded(Forbidden):
    """The declaration of this item is signed with a fresh proof of identity."""

    code = "case.proof_needed"
    message = _("这个事项要重新核验身份后签署声明。")
    what_to_do = _("请回到“核对”一步，按提示核验身份，再提交。")


class NotInstant(Conflict):
    """Only an instant item is accepted and decided in one act."""

    code = "case.not_instant"
    message = _("这个事项不是即办件，不能当场办结。")
    what_to_do = _("请先受理，由各部门审查后作出决定。")


class CorrectionUsed(Conflict):
    """The one correction notice has been sent (行政许可法第三十二条第一款第四项)."""

    code = "case.correction_used"
    message = _("补正告知已经发过一次。法律要求一次性告知全部内容，窗口不能再次要求补正。")
    what_to_do = _("材料已补齐的应当受理；第一次确实漏了的，由监督岗位决定是否再告知一次。")


class CorrectionNotSent(Conflict):
    """A second notice makes good what a first one left out; there is none yet."""

    code = "case.correction_not_sent"
    message = _("这个办件还没有发过补正告知书。")
    what_to_do = _("请窗口先一次告知全部需要补正的内容。")


class CorrectionRepeated(Conflict):
    """A supervisor has had the second correction notice sent; there is no third."""

    code = "case.correction_repeated"
    message = _("补正告知已经发过两次，不能再发。")
    what_to_do = _("材料已补齐的应当受理；仍不符合法定形式的，请说明理由作出不予受理决定。")


class CorrectionEmpty(Invalid):
    """A correction notice must say what to correct."""

    code = "case.correction_empty"
    message = _("请至少写明一项需要补正的内容。")


class ReasonMissing(Invalid):
    """Law asks for reasons (行政许可法第三十八条第二款)."""

    code = "case.reason_missing"
    message = _("请写明理由和依据。")


class ViewReasonMissing(Invalid):
    """Showing whole personal data needs a purpose (个人信息保护法第六条)."""

    code = "case.view_reason_missing"
    message = _("请写明为什么要看完整信息；这句话会记入查看记录，申请人看得到。")


class BranchNotFound(NotFound):
    """No such branch, or another department's."""

    code = "case.branch_not_found"
    message = _("没有找到由您审查的这一环节。")


class BranchDone(Conflict):
    """This branch has been reviewed."""

    code = "case.branch_done"
    message = _("这一环节已经审查过（%(state)s）。")


class SecondOfficerMissing(Invalid):
    """A substantive check takes two officers (行政许可法第三十四条第三款)."""

    code = "case.second_officer_missing"
    message = _("实质审查应当由两名以上工作人员进行，请填写另一名核查人员。")


class OwnReview(Forbidden):
    """Whoever stands in for the decider reviewed this case in a post of their own."""

    code = "case.own_review"
    message = _("这件由您审查过，您现在是代理他人，不能再由您作决定。")
    what_to_do = _("请由其他决定人办理，或者等本人回来。")


class BranchesOpen(Conflict):
    """A decision needs every branch of the route."""

    code = "case.branches_open"
    message = _("还有 %(count)s 个环节没有审查完：%(names)s。")
    what_to_do = _("请等各部门审查完成后再作决定。")


class BranchOpposed(Conflict):
    """A department opposes; approval is not possible."""

    code = "case.branch_opposed"
    message = _("%(names)s不同意，不能作出准予决定。")
    what_to_do = _("请作出不予决定并说明理由，或者与该部门会商。")


class OriginalsNotSeen(Conflict):
    """Grade C material must be compared with the original before the decision."""

    code = "case.originals_not_seen"
    message = _("有 %(count)s 份上传的材料还没有核对原件：%(names)s。")
    what_to_do = _("请先核对原件并登记，再作决定。")


class EvidenceFlagged(Conflict):
    """A certificate the case relies on is no longer valid."""

    code = "case.evidence_flagged"
    message = _("办件依据的证照状态已变化：%(what)s。")
    what_to_do = _("请核实后处理：证照恢复有效后提示会自动消除，否则请作出不予决定。")


class ExtensionUsed(Conflict):
    """One extension at most, before the limit ends (行政许可法第四十二条第一款)."""

    code = "case.extension_used"
    message = _("办理期限已经延长过一次，不能再延长。")


class ExtensionTooLate(Conflict):
    """The limit has passed."""

    code = "case.extension_too_late"
    message = _("办理期限已过，不能再延长。")


class ExtensionNotJoint(Invalid):
    """Fifteen days are for joint handling only (行政许可法第四十二条第二款)."""

    code = "case.extension_not_joint"
    message = _("延长 15 个工作日只适用于几个部门统一办理、联合办理或者集中办理的办件，这个办件只能延长 10 个工作日。")


class SilenceOver(Conflict):
    """Five working days have passed without an answer (行政许可法第三十二条第一款第四项)."""

    code = "case.silence_over"
    message = _("收到申请已经超过五个工作日没有答复，依法自收到之日起视为受理，不能再%(action)s。")
    what_to_do = _("请受理这个办件，按程序审查后作出决定；办理期限从收到申请之日起计算。")


class RenewalDeemed(Conflict):
    """The licence's term ended without a decision on its renewal (行政许可法第五十条第二款)."""

    code = "case.renewal_deemed"
    message = _("许可有效期到 %(day)s 已经届满，没有在届满前作出决定，依法视为准予延续，不能再%(action)s。")
    what_to_do = _("系统夜间会记录并发出通知书；审查都完成的，决定人现在也可以点“准予”。")


class MaterialNotFound(NotFound):
    """No such material in this case."""

    code = "case.material_not_found"
    message = _("没有找到这份材料。")


class ChoiceNotOffered(Conflict):
    """The requirement does not allow this way."""

    code = "case.choice_not_offered"
    message = _("“%(name)s”不能用这种方式提交。")


class AnswersOutdated(Conflict):
    """What registers or certificates say has changed since the application."""

    code = "case.answers_outdated"
    message = _("申请以后，这些内容的来源变了：%(labels)s。")
    what_to_do = _("请先在办件页面核对并更新，再作决定。")


class AlternativeUnknown(Invalid):
    """The file is said to be one of several alternatives that the material does not have."""

    code = "case.alternative_unknown"
    message = _("请从列出的几种里选一种。")


class PostUnfit(Conflict):
    """Reviews can only go to a post of the same department that somebody holds with the right to review."""

    code = "case.post_unfit"
    message = _("这个岗位现在没有可以审查的人，或者不在同一个部门，没有移交。")
    what_to_do = _("请换一个有人在岗的审查岗位，或者先给人安排岗位。")


class FlagNotFound(NotFound):
    """No such task, or not this post's; or it was settled meanwhile."""

    code = "case.flag_not_found"
    message = _("没有找到这条待核实的变动。")
    what_to_do = _("它可能已经由别的岗位核实，或者证照已经恢复。请回到清单查看。")


class FlagNoteMissing(Invalid):
    """Whoever looked into a change says what came of it."""

    code = "case.flag_note_missing"
    message = _("请写明怎么核实的、对这个办件有没有影响（5 到 300 个字）。")
