"""What people are told about their cases: the events of this room, whom they concern, and the words they begin with.

``notify(case, KIND)`` is the one door for everything about a case. Other parts of the room declare their own kinds
beside these and call it.
"""

from collections.abc import Callable, Iterable
from functools import partial
from uuid import UUID

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases import renewal_words as renewed
from cases.models import Case, Flag, JointItem, Notice
from cases.proceedings import words
from identity.mandates.queries import find_current
from identity.messaging import announcing
from identity.messaging.kinds import Group, Kind, Words
from identity.models import Party

_FIELDS = frozenset({"item", "number"})


def concerned(case: Case) -> list[UUID]:
    """Who is told about a case: the applicant or legal representative, and who fills it in while they may act."""
    party = case.applicant
    is_person = party.kind == Party.Kind.PERSON
    owner = party.pk if is_person else party.organisation.legal_representative_id
    if case.agent_id == owner or find_current(agent_id=case.agent_id, principal_id=party.pk):
        return [owner, case.agent_id]
    return [owner]


def _of_case(about: UUID) -> Iterable[UUID]:
    case = Case.objects.select_related("applicant__organisation").filter(pk=about).first()
    return concerned(case) if case else []


def _of_notice(about: UUID) -> Iterable[UUID]:
    return concerned(Notice.objects.select_related("case__applicant__organisation").get(pk=about).case)


def _of_flag(about: UUID) -> Iterable[UUID]:
    flag = Flag.objects.select_related("case__applicant__organisation").filter(pk=about).first()
    return concerned(flag.case) if flag else []


def _of_joint_item(about: UUID) -> Iterable[UUID]:
    item = JointItem.objects.select_related("case__applicant__organisation", "joint").get(pk=about)
    return concerned(item.case) if item.case else [item.joint.agent_id]


def kind(
    code: str,
    name: str | Promise,
    group: Group,
    chinese: Words,
    english: Words,
    *,
    recipients: Callable[[UUID], Iterable[UUID]] = _of_case,
    more: Iterable[str] = (),
) -> Kind:
    """An event about a case; its texts may name the item, the case's number, and what ``more`` adds."""
    words = {"zh-hans": chinese, "en": english}
    return Kind(code, name, group, _FIELDS | frozenset(more), words, recipients)


legal = partial(kind, group=Group.LEGAL, recipients=_of_notice)

RECEIVED = legal(
    "case.received",
    _("收到申请"),
    chinese=Words(
        "申请已收到",
        "“{item}”的申请已收到，办件编号 {number}。五个工作日内答复是否受理，您不用做什么。收件回执在办件页面。",
        "您的申请已收到，办件编号{number}，五个工作日内答复是否受理。详情请登录一站通查看。",
    ),
    english=Words(
        "Application received",
        "Your application for “{item}” has been received under number {number}. You will be told within five working "
        "days whether it is accepted; there is nothing you need to do. The receipt is on the page of the case.",
        "Your application {number} was received. You will hear within five working days. Sign in for details.",
    ),
)
ACCEPTED = legal(
    "case.accepted",
    _("受理"),
    chinese=Words(
        "申请已受理",
        "“{item}”（{number}）已受理，开始计算办理时限。受理通知书在办件页面。",
        "办件{number}已受理，开始计算办理时限。受理通知书请登录一站通查看。",
    ),
    english=Words(
        "Application accepted",
        "“{item}” ({number}) has been accepted and its time limit runs. The notice is on the page of the case.",
        "Case {number} was accepted and its time limit runs. Sign in to read the notice.",
    ),
)
CORRECTION = legal(
    "case.correction_asked",
    _("要求补正"),
    chinese=Words(
        "请补正材料",
        "“{item}”（{number}）有内容要补正，全部要求写在补正告知书里，请一次补齐。补正期间不计入办理时限。",
        "办件{number}有内容要补正，请登录一站通，按告知书一次补齐。",
    ),
    english=Words(
        "Please correct your application",
        "Something in “{item}” ({number}) has to be corrected. The notice lists all of it; the time you take does not "
        "count.",
        "Case {number} needs corrections. Please sign in; the notice lists all of them.",
    ),
)
SPECIAL = legal(
    "case.special",
    _("进入特别程序"),
    chinese=Words(
        "进入特别程序",
        "“{item}”（{number}）需要依法进行检验、评审等程序，所需时间不计入办理时限。告知书在办件页面。",
        "办件{number}进入特别程序，所需时间不计入办理时限。告知书请登录一站通查看。",
    ),
    english=Words(
        "A special procedure has begun",
        "“{item}” ({number}) needs a special procedure by law, such as a test or a hearing. Its time does not count. "
        "The notice is on the page of the case.",
        "A special procedure has begun in case {number}. Its time does not count. Sign in to read the notice.",
    ),
)
EXTENDED = legal(
    "case.extended",
    _("延长期限"),
    chinese=Words(
        "办理期限延长",
        "“{item}”（{number}）的办理期限经批准延长，理由和新的期限写在通知书里。",
        "办件{number}的办理期限延长，理由请登录一站通查看通知书。",
    ),
    english=Words(
        "The time limit was extended",
        "The time limit of “{item}” ({number}) was extended. The notice gives the reason and the new day.",
        "The time limit of case {number} was extended. Sign in to read why.",
    ),
)
HEARING_RIGHT = legal("case.hearing_right", _("可以要求听证"), chinese=words.RIGHT, english=words.RIGHT_IN_ENGLISH)
HEARING = legal("case.hearing", _("听证的时间和地点"), chinese=words.DATE, english=words.DATE_IN_ENGLISH)
DECIDED = legal(
    "case.decided",
    _("作出决定"),
    chinese=Words(
        "有决定了",
        "“{item}”（{number}）有决定了。文书在办件页面，请打开看；对决定不服的，文书里写明了怎样申请复议或者诉讼。",
        "办件{number}有决定了，请登录一站通打开文书查看。",
    ),
    english=Words(
        "A decision was made",
        "There is a decision on “{item}” ({number}). Please open the document on the page of the case; it says what "
        "you can do if you do not agree.",
        "There is a decision on case {number}. Please sign in and open the document.",
    ),
)
DEEMED_RENEWED = legal("case.deemed_renewed", _("视为准予延续"), chinese=renewed.WORDS, english=renewed.IN_ENGLISH)
NOTICE_UNREAD = legal(
    "case.notice_unread",
    _("文书还没有看"),
    chinese=Words(
        "有一份文书等您看",
        "“{item}”（{number}）有一份文书，您还没有打开。请打开看，看过即为送达。",
        "办件{number}有一份文书等您看，请登录一站通打开。",
    ),
    english=Words(
        "A document waits for you",
        "You have not opened a document in “{item}” ({number}) yet. Opening it counts as its delivery.",
        "A document in case {number} waits for you. Please sign in and open it.",
    ),
)
CORRECTION_WAITING = kind(
    "case.correction_waiting",
    _("补正还没有交"),
    Group.REMINDER,
    Words(
        "补正还没有交",
        "“{item}”（{number}）的补正还没有交，交齐后窗口才能答复是否受理。不想办了的，可以撤回。",
        "办件{number}还在等您补正，请登录一站通补齐；不办了的可以撤回。",
    ),
    Words(
        "Your corrections are awaited",
        "“{item}” ({number}) still waits for your corrections. If you no longer need it, you can withdraw it.",
        "Case {number} still waits for your corrections. Please sign in.",
    ),
)
DEFERRED_WAITING = kind(
    "case.deferred_waiting",
    _("承诺补交的材料快到期"),
    Group.REMINDER,
    Words(
        "承诺补交的材料还没有交",
        "“{item}”（{number}）承诺以后补交的“{material}”还没有交，最后一天是 {day}。"
        "请到办件页面上传；逾期没有补交的，不能准予。",
        "办件{number}承诺补交的材料快到期，最后一天是{day}，请登录一站通上传。",
    ),
    Words(
        "A material you promised to bring later is due",
        "“{material}” for “{item}” ({number}) has not come yet; the last day is {day}. Please upload it on the page of "
        "the case: without it the application cannot be granted.",
        "A material you promised for case {number} is due on {day}. Please sign in and upload it.",
    ),
    more=("material", "day"),
)
CERTIFICATE_READY = kind(
    "case.certificate_ready",
    _("证照做好了"),
    Group.PROGRESS,
    Words(
        "结果做好了",
        "“{item}”（{number}）办结，结果证照已经存入“我的证照”，以后办事用到它不用再交。",
        "办件{number}办结，结果已存入您的一站通，请登录查看。",
    ),
    Words(
        "Your result is ready",
        "“{item}” ({number}) is done. The certificate lies in your wallet; you need not hand it in again.",
        "Case {number} is done and its result is ready. Please sign in.",
    ),
)
DRAFT_WAITING = kind(
    "case.draft_waiting",
    _("草稿等着提交"),
    Group.REMINDER,
    Words(
        "有一份申请没有提交",
        "“{item}”填了一部分，还没有提交。接着填完就可以提交；不办了的，可以删掉草稿。",
        "您有一份申请填了一部分还没有提交，请登录一站通接着办。",
    ),
    Words(
        "An application is not finished",
        "You began an application for “{item}” and have not handed it in. You can go on where you stopped.",
        "You began an application and have not handed it in. Please sign in to go on.",
    ),
)
FEE_DUE = legal(
    "case.fee_due",
    _("有费用要缴"),
    chinese=Words(
        "有费用要缴",
        "“{item}”（{number}）有费用要缴，金额、依据和减免写在缴费通知书里。缴费不影响审批，缴清以后把结果给您。",
        "办件{number}有费用要缴，请登录一站通看缴费通知书，在网上或者到窗口缴。",
    ),
    english=Words(
        "A fee is due",
        "A fee is due for “{item}” ({number}); the notice says how much and why. The decision does not wait for it, "
        "the result does.",
        "A fee is due for case {number}. Sign in to read the notice and pay.",
    ),
)
FEE_WAITING = kind(
    "case.fee_waiting",
    _("费用还没有缴"),
    Group.REMINDER,
    Words(
        "费用还没有缴",
        "“{item}”（{number}）有费用待缴，缴清以后把结果给您。没有缴的，办件为您保留。",
        "办件{number}有费用待缴，请登录一站通查看。办件为您保留。",
    ),
    Words(
        "A fee is still unpaid",
        "A fee for “{item}” ({number}) is still unpaid; the result follows once it is paid. Your case is kept.",
        "A fee for case {number} is still unpaid. Your case is kept. Please sign in.",
    ),
)
FEE_PAID = kind(
    "case.fee_paid",
    _("收到缴费"),
    Group.PROGRESS,
    Words("费用已缴清", "“{item}”（{number}）的费用已缴清，收据编号在办件页面。", "办件{number}的费用已缴清。"),
    Words(
        "Your payment has arrived",
        "The fee for “{item}” ({number}) is paid. The number of the receipt is on the page of the case.",
        "The fee for case {number} is paid.",
    ),
)
PICK_UP_READY = kind(
    "case.pick_up_ready",
    _("可以来领结果"),
    Group.PROGRESS,
    Words(
        "可以来领结果了",
        "“{item}”（{number}）的结果可以到大厅领了。在办件页面看取件码，带身份证件来领。",
        "办件{number}的结果可以到大厅领了，取件码请登录一站通看。",
    ),
    Words(
        "Your result can be picked up",
        "The result of “{item}” ({number}) waits at the hall. See the pick-up code on the page of the case and bring "
        "your ID.",
        "The result of case {number} waits at the hall. Sign in for the pick-up code.",
    ),
)
JOINT_ITEM_OPEN = kind(
    "joint.item_open",
    _("联办事项等您补充"),
    Group.PROGRESS,
    Words(
        "联办的一项等您补充",
        "一件事里的“{item}”轮到办了，还缺只有您能补的内容，请补充后提交。",
        "您的一件事申请里有一项等您补充，请登录一站通查看。",
    ),
    Words(
        "One item of your bundle waits for you",
        "It is the turn of “{item}” in your bundle, and something only you can add is missing.",
        "One item of your bundle waits for you. Please sign in.",
    ),
    recipients=_of_joint_item,
)
FLAG_RAISED = kind(
    "case.flag_raised",
    _("依据的证照变了"),
    Group.PROGRESS,
    Words(
        "申请用到的证照变了",
        "“{item}”（{number}）用到的一张证照状态或内容变了，核实前不能作决定。请到办件页面看要做什么。",
        "办件{number}用到的证照有变化，请登录一站通看要做什么。",
    ),
    Words(
        "A certificate your case relies on has changed",
        "A certificate that “{item}” ({number}) relies on has changed. Please see on the page of the case what to do.",
        "A certificate that case {number} relies on has changed. Please sign in.",
    ),
    recipients=_of_flag,
)

QUESTION_ANSWERED = kind(
    "consultation.answered",
    _("答复了您的提问"),
    Group.PROGRESS,
    Words(
        "部门答复了您的提问",
        "您问的关于“{item}”（{number}）的问题，部门答复了。请到办件页面看；还有不清楚的，可以接着问。",
        "您关于办件{number}的提问已有答复，请登录一站通查看。",
    ),
    Words(
        "Your question was answered",
        "The department answered what you asked about “{item}” ({number}). You can read it on the page of the case and "
        "ask again.",
        "Your question about case {number} was answered. Please sign in to read it.",
    ),
)

KINDS = (
    RECEIVED,
    ACCEPTED,
    CORRECTION,
    CORRECTION_WAITING,
    DEFERRED_WAITING,
    SPECIAL,
    EXTENDED,
    HEARING_RIGHT,
    HEARING,
    DECIDED,
    DEEMED_RENEWED,
    CERTIFICATE_READY,
    FEE_DUE,
    FEE_WAITING,
    FEE_PAID,
    PICK_UP_READY,
    NOTICE_UNREAD,
    DRAFT_WAITING,
    JOINT_ITEM_OPEN,
    FLAG_RAISED,
    QUESTION_ANSWERED,
)
_OF_NOTICE = {
    Notice.Kind.RECEIPT: RECEIVED,
    Notice.Kind.ACCEPTANCE: ACCEPTED,
    Notice.Kind.CORRECTION: CORRECTION,
    Notice.Kind.NOT_ACCEPTED: DECIDED,
    Notice.Kind.NOT_REQUIRED: DECIDED,
    Notice.Kind.APPROVAL: DECIDED,
    Notice.Kind.REFUSAL: DECIDED,
    Notice.Kind.DEEMED_RENEWAL: DEEMED_RENEWED,
    Notice.Kind.SPECIAL: SPECIAL,
    Notice.Kind.EXTENSION: EXTENDED,
    Notice.Kind.TERMINATION: DECIDED,
    Notice.Kind.FEE: FEE_DUE,
    Notice.Kind.HEARING_RIGHT: HEARING_RIGHT,
    Notice.Kind.HEARING: HEARING,
}


def notify(case: Case, event: Kind, *, about: UUID | None = None, occasion: str = "", **more: str) -> None:
    """Announce an event of a case once, in the action's transaction.

    ``about`` is what it is about when that is not the case itself; ``more`` fills the fields the kind adds.
    """
    values = {"item": case.item_version.name, "number": case.number or "", **more}
    link = reverse("my_case", args=[case.pk])
    announcing.notify(event, about=about or case.pk, values=values, link=link, occasion=occasion)


def notify_of(notice: Notice, case: Case, told: Kind | None = None) -> None:
    """Announce what a notice says; each kind of notice has its event, or the caller names it."""
    notify(case, told or _OF_NOTICE[Notice.Kind(notice.kind)], about=notice.pk)
