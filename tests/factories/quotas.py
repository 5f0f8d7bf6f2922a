"""An item of which only so many are granted, and cases in its line."""

import datetime as dt

from django.utils import timezone

from cases.actions import intake
from cases.models import Case
from certificates.models import CertificateType
from identity.actor import Actor
from identity.models import Post
from services.codes import ProjectType
from services.models import ItemVersion
from tests.factories import moves
from tests.factories.cast import Cast, a_member_of_staff, build_cast


def a_limited_cast(
    *, places: int | None = None, counts: str = "", order: str = "acceptance", instant: bool = False
) -> Cast:
    """The cast, whose item has a limit; the shop may hold several of its licences."""
    cast = build_cast()
    CertificateType.objects.update(is_single_instance=False)
    limit(cast, places=places, counts=counts, order=order)
    if instant:
        ItemVersion.objects.filter(pk=cast.version.pk).update(project_type=ProjectType.INSTANT, promise_days=0)
    return cast


def limit(cast: Cast, *, places: int | None = None, counts: str = "", order: str = "acceptance") -> None:
    """Give the item's version a limit, or another one; ``order`` empty takes it away."""
    ItemVersion.objects.filter(pk=cast.version.pk).update(
        quota_order=order, quota_places=places, quota_counts=counts, quantity_limit="按规划控制数量。"
    )
    cast.version.refresh_from_db()


def received(case: Case, *, days_ago: int, at: str = "09:00") -> None:
    """Let a case have been received some days ago, at a time of that day."""
    day = timezone.localdate() - dt.timedelta(days=days_ago)
    moment = timezone.make_aware(dt.datetime.combine(day, dt.time.fromisoformat(at)))  # noqa: DTZ (made aware here)
    Case.objects.filter(pk=case.pk).update(received_on=day, submitted_at=moment)


def accepted(case: Case, *, days_ago: int, at: str = "09:00") -> None:
    """Let a case have been accepted by somebody some days ago, at a time of that day."""
    day = timezone.localdate() - dt.timedelta(days=days_ago)
    moment = timezone.make_aware(dt.datetime.combine(day, dt.time.fromisoformat(at)))  # noqa: DTZ (made aware here)
    Case.objects.filter(pk=case.pk).update(accepted_on=day, accepted_at=moment)


def a_case_at_the_counter(cast: Cast) -> Case:
    """Waiting for acceptance, its copies compared with the originals."""
    case = moves.a_submitted_case(cast)
    moves.see_originals(cast, case)
    return case


def swept() -> int:
    """What the nightly sweep accepts because nobody answered."""
    return intake.deem_accepted(today=timezone.localdate())


def colleagues(actor: Actor, role: str, *, how_many: int) -> list[Actor]:
    """People in the same post: the acts of one and the same person wait for each other anyway."""
    post = Post.objects.get(pk=actor.post_id)
    return [a_member_of_staff(f"20{number:02d}", post, role) for number in range(how_many)]
