"""Items of which only so many are granted: how many, what counts, in which order they are decided. Pure.

Applicants who all fulfil the conditions are decided on in the order of acceptance, unless a law or an administrative
regulation says otherwise (行政许可法第五十七条), as of what is put out to tender or to auction (第五十三条).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from services.codes import QuotaCount, QuotaOrder
from services.descriptions import VersionContent
from services.models import ItemVersion


@dataclass(frozen=True, slots=True)
class Quota:
    """What a version says of its limit; ``places`` None: the order is known and the number is not."""

    order: QuotaOrder
    places: int | None
    counts: str
    type_id: UUID | None  # of the certificates that take a place, where these count

    @property
    def is_by_turn(self) -> bool:
        """Whether the order of acceptance decides."""
        return self.order == QuotaOrder.ACCEPTANCE

    @property
    def is_of_year(self) -> bool:
        """Whether the places are those of a calendar year."""
        return self.counts == QuotaCount.YEAR


def quota_of(version: ItemVersion | None) -> Quota | None:
    """The limit of a version; None for most items, which have none."""
    if version is None or not version.quota_order:
        return None
    is_counted = bool(version.quota_counts) and (version.quota_counts == QuotaCount.YEAR or version.result_type_id)
    return Quota(
        QuotaOrder(version.quota_order),
        version.quota_places if is_counted else None,
        version.quota_counts,
        version.result_type_id,
    )


def problems_of(content: VersionContent) -> Iterator[tuple[str, str]]:
    """Yield (column, what is wrong) where the number, what counts and the order do not go together."""
    places, counts = content.quota_places, content.quota_counts
    if not content.quota_order and (places is not None or counts):
        yield "quota_order", _("写了名额的，要选按什么顺序决定。")
    if places is not None and places < 1:
        yield "quota_places", _("名额至少是 1。")
    if places is not None and not counts:
        yield "quota_counts", _("写了几个名额的，要选什么占用名额。")
    if places is None and counts:
        yield "quota_places", _("请填一共几个名额；还不知道的，什么占用名额也不用选。")
