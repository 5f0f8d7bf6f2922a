"""Refusals on the way through a hearing or an expert review."""

from django.utils.translation import gettext_lazy as _

from common.errors import Conflict, Invalid, NotFound


class HearingNotFound(NotFound):
    """No such hearing on this case."""

    code = "hearing.not_found"
    message = _("没有找到这次听证。")


class HearingUnderWay(Conflict):
    """A hearing on this case is under way already."""

    code = "hearing.under_way"
    message = _("这个办件已经告知过听证权利，听证还没有办完。")


class HearingMoved(Conflict):
    """The hearing is not where this act belongs."""

    code = "hearing.moved"
    message = _("听证现在是“%(state)s”，不能这样办。")
    what_to_do = _("请刷新页面，按现在的情况办理。")


class HearingTooLate(Conflict):
    """Five working days to ask for a hearing (行政许可法第四十七条)."""

    code = "hearing.too_late"
    message = _("要求听证的期限已经过了（被告知之日起五日内）。")
    what_to_do = _("有新的意见，可以在办件页面提问或者向部门书面陈述。")


class HearingTooSoon(Invalid):
    """Who takes part is told seven working days before (第四十八条第一款第一项)."""

    code = "hearing.too_soon"
    message = _("听证通知要提前七日送达，最早可以定在 %(day)s。")


class HearingNotOnWorkday(Invalid):
    """A hearing takes place on a working day."""

    code = "hearing.not_on_workday"
    message = _("请定在工作日。")


class PlaceMissing(Invalid):
    """A hearing has a place."""

    code = "hearing.place_missing"
    message = _("请写明听证地点。")


class ChairUnfit(Invalid):
    """Whoever reviewed the application does not preside (第四十八条第一款第三项)."""

    code = "hearing.chair_unfit"
    message = _("主持人应当是审查这个申请的工作人员以外的人。")


class ClosedReasonMissing(Invalid):
    """Hearings are public (第四十八条第一款第二项); one that is not says why."""

    code = "hearing.closed_reason_missing"
    message = _("听证应当公开举行；涉及国家秘密、商业秘密或者个人隐私不公开的，请写明理由。")


class AskedDayWrong(Invalid):
    """A written request came in after the right was told and in time."""

    code = "hearing.asked_day_wrong"
    message = _("书面申请的收到日期应当在告知听证权利以后、要求听证的期限以内，不能晚于今天。")


class NotHeldYet(Invalid):
    """A record is written once the hearing has begun."""

    code = "hearing.not_held_yet"
    message = _("听证还没有到时间，不能填写笔录。")


class RecordMissing(Invalid):
    """A record says what was said."""

    code = "hearing.record_missing"
    message = _("请写听证笔录（最多 20000 个字）。")


class ParticipantsMissing(Invalid):
    """At a hearing there are a chair, a recorder, who reviews and who applies (第四十八条第一款第四项)."""

    code = "hearing.participants_missing"
    message = _("请写明主持人以外的参加人：至少有记录员和审查人员；每行一个，先写身份，再写姓名。")


class SignaturesOpen(Conflict):
    """The record goes to everybody who took part, to sign or to refuse (第四十八条第一款第五项)."""

    code = "hearing.signatures_open"
    message = _("笔录还有人没有确认：%(names)s。")
    what_to_do = _("请参加人签名；拒绝签名的，记下理由。")


class RecordOpen(Conflict):
    """A hearing's time ends with its record."""

    code = "hearing.record_open"
    message = _("听证还没有笔录，不能结束。")
    what_to_do = _("听证举行以后填写笔录；不举行了，请记为没有举行。")


class HearingOpen(Conflict):
    """Nothing is decided while a hearing may come, or is due."""

    code = "hearing.open"
    message = _("听证还没有办完（%(state)s），不能作决定。")
    what_to_do = _("等申请人要求听证的期限过去；要求听证的，举行听证并形成笔录以后再决定。")


class HearingMissing(Conflict):
    """A stage of hearing is concluded on a hearing, or on the right to one that was not used."""

    code = "hearing.missing"
    message = _("这个环节要先办听证。")
    what_to_do = _("请告知申请人听证权利，或者依职权举行听证。")


class ExpertsMissing(Invalid):
    """Experts are named, one to a line."""

    code = "experts.missing"
    message = _("请写明专家，每行一个：姓名，单位，专业。最多 15 人，不能重名，不能是审查人员。")


class ExpertNotFound(NotFound):
    """No such expert in a review under way."""

    code = "experts.not_found"
    message = _("没有找到这位专家，或者评审已经结束。")


class ConflictUndeclared(Invalid):
    """An expert says first whether an interest keeps them from judging."""

    code = "experts.conflict_undeclared"
    message = _("请先写明专家和申请人有没有利害关系；有的，写明是什么。")


class OpinionIncomplete(Invalid):
    """An expert's opinion has a result and reasons."""

    code = "experts.opinion_incomplete"
    message = _("请选评审意见并写明理由；回避的专家不提意见。")


class OpinionWritten(Conflict):
    """An opinion is written once."""

    code = "experts.opinion_written"
    message = _("这位专家的意见已经记下，不能改。")


class OpinionsOutstanding(Conflict):
    """A review ends when everybody who may judge has judged."""

    code = "experts.outstanding"
    message = _("还有专家没有声明或者没有提意见：%(names)s。")
    what_to_do = _("请补齐每位专家的声明和意见，再写评审结论。")


class NobodyJudged(Conflict):
    """Experts who all step back give no opinion."""

    code = "experts.nobody_judged"
    message = _("专家都回避了，没有评审意见。")
    what_to_do = _("请另请专家，加到评审里。")


class ExpertReviewMissing(Conflict):
    """A stage of experts is concluded on their review."""

    code = "experts.review_missing"
    message = _("这个环节要先组织专家评审。")
    what_to_do = _("请组织专家评审，写下每位专家的意见和结论，再提交审查意见。")
