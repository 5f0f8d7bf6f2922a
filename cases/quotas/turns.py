"""Nobody is granted a place out of turn: the lock of an item's line, and the check before a grant."""

from django.db import connection
from django.utils.translation import gettext as _

from cases.models import Case
from cases.quotas.errors import QuotaFull, QuotaTurn
from cases.quotas.standing import Standing, first_ahead, quota_held_by, standing_under
from common.formatting import format_list
from identity.actor import Actor

_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"


def hold_line(case: Case) -> None:
    """Let nobody else accept or grant a case of this item until the transaction ends; nothing without a limit.

    So the order of acceptance is the order in which acceptances are written, and the last place is given once. It
    comes after the case's own lock and before those of certificates and documents; whoever waits for it holds no case
    that its holder asks for, for an act has one case.
    """
    if case.item_version.quota_order:
        _lock(f"quota of item {case.item_id}")


def require_turn(actor: Actor, case: Case) -> None:
    """Let a locked case be granted only when it has a place (行政许可法第五十七条); nothing without a limit.

    Raises :class:`QuotaFull` or :class:`QuotaTurn`. Refusing needs no turn.
    """
    hold_line(case)
    quota = quota_held_by(case)
    if quota is None:
        return
    if quota.places is not None and not quota.is_of_year:  # other items may issue the same certificates
        _lock(f"quota of type {quota.type_id} by {case.department_id}")
    standing = standing_under(quota, case)
    if standing.is_full:
        raise QuotaFull(places=quota.places)
    if not standing.is_turn:
        raise QuotaTurn(count=standing.ahead, which=_named(actor, case, standing))


def _named(actor: Actor, case: Case, standing: Standing) -> str:
    """The first of the cases ahead by their numbers, as far as the actor may know of them."""
    shown = [one.number for one in first_ahead(actor, case)]
    if not shown:
        return ""
    words = _("（%(numbers)s 等）") if len(shown) < standing.ahead else _("（%(numbers)s）")
    return words % {"numbers": format_list(shown)}


def _lock(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [name])
