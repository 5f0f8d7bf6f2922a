"""Whoever gave a mandate is told what their agent handed in at a window."""

from collections.abc import Iterable
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cases.assisting.models import Assistance
from identity.messaging import announcing
from identity.messaging.kinds import Group, Kind, Words
from identity.models import Party


def _principal_of(about: UUID) -> Iterable[UUID]:
    row = Assistance.objects.select_related("party__organisation").get(pk=about)
    if row.party.kind == Party.Kind.PERSON:
        return [row.party_id]
    return [row.party.organisation.legal_representative_id]


# With the legal ones, which nobody switches off in their inbox: somebody acted in their name.
FILED_BY_AGENT = Kind(
    "assist.filed_by_agent",
    _("代理人在窗口办理"),
    Group.LEGAL,
    frozenset({"item", "number", "agent", "hall", "window"}),
    {
        "zh-hans": Words(
            "代理人在窗口替您办了事",
            "{agent}凭您（您单位）的授权，在{hall} {window} 号窗口提交了“{item}”，编号 {number}。"
            "不是您的意思的，请马上在“我的委托”里解除授权，并到办件页面撤回。",
            "您的代理人在窗口替您提交了{number}。不是您的意思的，请登录一站通解除授权。",
        ),
        "en": Words(
            "Your agent acted for you at a counter",
            "{agent}, whom you (or your organisation) authorised, handed in “{item}” at {hall}, window {window}, under "
            "number {number}. If you did not want this, end the mandate under “My mandates” at once and withdraw the "
            "application on its page.",
            "Your agent handed in {number} for you at a counter. If this is wrong, sign in and end the mandate.",
        ),
    },
    _principal_of,
)
KINDS = (FILED_BY_AGENT,)


def tell_principal(row: Assistance) -> None:
    """Announce what was handed in under a mandate, once; nothing for who came for themselves."""
    if row.mandate_id is None:
        return
    values = {
        "item": row.errand,
        "number": row.number,
        "agent": row.person.name,
        "hall": row.window.hall.name,
        "window": row.window.number,
    }
    if row.joint_id is not None:
        link = reverse("my_joint", args=[row.joint_id])
    else:
        link = reverse("my_case", args=[row.case_id])
    announcing.notify(FILED_BY_AGENT, about=row.pk, values=values, link=link)
