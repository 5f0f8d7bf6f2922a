"""What people are told about a result that comes by post."""

from django.utils.translation import gettext_lazy as _

from cases.messages import kind
from identity.messaging.kinds import Group, Words

PARCEL_SENT = kind(
    "case.parcel_sent",
    _("结果寄出"),
    Group.PROGRESS,
    Words(
        "结果已经寄出",
        "“{item}”（{number}）的结果交给快递寄出，运单号和走到哪里在办件页面看。",
        "办件{number}的结果已寄出，运单号请登录一站通看。",
    ),
    Words(
        "Your result is on its way",
        "The result of “{item}” ({number}) was posted. The page of the case shows where it is.",
        "The result of case {number} was posted. Sign in to follow it.",
    ),
)
PARCEL_RETURNED = kind(
    "case.parcel_returned",
    _("邮件退回"),
    Group.PROGRESS,
    Words(
        "邮件没有送到，退回了大厅",
        "“{item}”（{number}）的邮件没有人签收，退回了大厅。请带身份证件来领，取件码在办件页面看。",
        "办件{number}的邮件退回了大厅，请带身份证件来领，取件码请登录一站通看。",
    ),
    Words(
        "Your parcel came back",
        "Nobody received the parcel of “{item}” ({number}). It waits at the hall: bring your ID and the pick-up code "
        "from the page of the case.",
        "The parcel of case {number} came back to the hall. Sign in for the pick-up code.",
    ),
)

KINDS = (PARCEL_SENT, PARCEL_RETURNED)
