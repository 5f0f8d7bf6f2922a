"""What applicants are told about promises that were found untrue."""

from django.utils.translation import gettext_lazy as _

from cases.messages import legal
from identity.messaging.kinds import Words

BREACH_HEARING = legal(
    "promise.breach_hearing",
    _("拟认定承诺不实"),
    chinese=Words(
        "您的一项承诺拟认定为不实",
        "“{item}”（{number}）里的一项承诺经核查拟认定为不实。告知书在办件页面，写明了理由、依据和可以说明情况的最后一天，请尽快看。",
        "办件{number}有一份告知书，要您在期限内说明情况，请登录一站通查看。",
    ),
    english=Words(
        "A promise of yours may be put on record as untrue",
        "A promise you made for “{item}” ({number}) was found untrue and may be put on record. The notice on the page "
        "of the case says why, and until when you can state your case.",
        "There is a notice for case {number} that you can answer until a certain day. Please sign in.",
    ),
)
BREACH_RECORDED = legal(
    "promise.breach_recorded",
    _("认定承诺不实"),
    chinese=Words(
        "您的一项承诺已认定为不实",
        "“{item}”（{number}）里的一项承诺已认定为不实。认定书在办件页面，写明了理由、期限，对认定不服怎么办，以及怎样修复。",
        "办件{number}有一份认定书，请登录一站通查看。",
    ),
    english=Words(
        "A promise of yours was put on record as untrue",
        "A promise you made for “{item}” ({number}) was put on record as untrue. The document on the page of the case "
        "says why, for how long, how to contest it and how to put it right.",
        "There is a decision on a promise in case {number}. Please sign in to read it.",
    ),
)
KINDS = (BREACH_HEARING, BREACH_RECORDED)
