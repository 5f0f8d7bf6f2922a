"""Where a case stands in the line of an item of which only so many are granted, in words."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from cases.models import Case
from cases.quotas.standing import Standing, first_ahead, standing_of
from cases.states import Action, State
from identity.actor import Actor

FILL = "no_place"  # in the address of the refusal: the sentence that no place is left stands in its form
_UNDECIDED = frozenset({State.SUBMITTED, State.CORRECTING, State.ACCEPTED, State.IN_REVIEW, State.SUSPENDED})


@dataclass(frozen=True, slots=True)
class ShownQuota:
    """``verdict`` in a few words with its tone; ``earlier`` are cases this actor may open, ``more`` counts the rest."""

    standing: Standing
    verdict: str
    tone: str
    places: str
    order: str
    earlier: list[Case]

    @property
    def more(self) -> int:
        """How many of the cases ahead are not named."""
        return self.standing.ahead - len(self.earlier)


def quota_shown(actor: Actor, case: Case) -> ShownQuota | None:
    """The line as the pages of an undecided case show it; None for an item without a limit (no query then)."""
    standing = standing_of(case) if case.state in _UNDECIDED else None
    if standing is None:
        return None
    verdict, tone = _verdict(standing)
    earlier = first_ahead(actor, case) if standing.ahead else []
    return ShownQuota(standing, verdict, tone, places_words(standing), _order(case, standing), earlier)


def _verdict(standing: Standing) -> tuple[str, str]:
    if standing.is_full:
        return _("没有名额"), "red"
    if not standing.is_turn:
        return _("还没有轮到"), "amber"
    return (_("轮到了"), "jade") if standing.quota.is_by_turn else (_("有名额"), "jade")


def places_words(standing: Standing) -> str:
    """How many places there are and how many are free."""
    if standing.quota.places is None:
        return _("没有写明一共几个名额。")
    values = {"places": standing.quota.places, "used": standing.used, "free": standing.free}
    if standing.quota.is_of_year:
        return _("今年一共 %(places)s 个名额，已经准予 %(used)s 件，还有 %(free)s 个。") % values
    return _("一共 %(places)s 个名额，有效的证照占用 %(used)s 个，还有 %(free)s 个。") % values


def _order(case: Case, standing: Standing) -> str:
    if not standing.quota.is_by_turn:
        return _("决定的顺序法律、行政法规另有规定，不按受理的先后；见事项的“数量限制”。")
    if case.state in {State.SUBMITTED, State.CORRECTING}:
        return _("按受理的先后顺序决定：已经受理、还没有决定的有 %(count)s 件；这件受理以后排在后面。") % {
            "count": standing.ahead
        }
    if not standing.ahead:
        return _("按受理的先后顺序决定：受理在前的都已经决定，这件排在最前。")
    return _("按受理的先后顺序决定：受理在前、还没有决定的有 %(count)s 件。") % {"count": standing.ahead}


def refusal_words(case: Case, shown: ShownQuota) -> str:
    """A sentence for the decision to refuse because no place is left; in Chinese, as the decision is."""
    whose = "本年度一共" if shown.standing.quota.is_of_year else "一共"
    taken = "已经用完" if not shown.standing.quota.is_by_turn else "已经按受理的先后顺序用完"
    return (
        f"“{case.item_version.name}”有数量限制，{whose} {shown.standing.quota.places} 个名额，{taken}。"
        "依据《中华人民共和国行政许可法》第三十八条第二款、第五十七条，决定不予许可。"
    )


def fill_url(case: Case, trail: str) -> str:
    """The refusal with that sentence in its form."""
    address = reverse("case_action", args=[case.pk, Action.REFUSE.value])
    return f"{address}{trail}{'&' if trail else '?'}{FILL}=1"
