"""Numbered blank sheets for days without network: printed, and entered late only with a supervisor's leave."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import events as codes
from cases.assisting import errors
from cases.assisting.models import PaperSheet
from cases.counter.seats import locked_window
from common import events
from common.idempotency import claim
from common.numbering import next_number
from identity.actor import Actor
from identity.permissions import Permission
from identity.staff.current import hold
from services import queries as catalogue

MOST_AT_ONCE = 20


@transaction.atomic
def make_sheets(actor: Actor, *, window_id: UUID, item_id: UUID, count: int, request_key: str = "") -> list[PaperSheet]:
    """Number so many sheets of an item for a window; the numbers have no gaps within a hall's day.

    Raises :class:`WindowNotFound`, :class:`ItemNotFound` or :class:`AssistanceInvalid`.
    """
    window = locked_window(actor, window_id)
    if not 1 <= count <= MOST_AT_ONCE:
        message = _("一次印 1 到 %(most)s 张。") % {"most": MOST_AT_ONCE}
        raise errors.AssistanceInvalid(fields={"count": message})
    item = catalogue.get_item(item_id)
    if item.current is None or not actor.may(Permission.COUNTER, item.department_id):
        raise errors.AssistanceInvalid(fields={"item": _("请选这个窗口办的事项。")})
    claimed = claim(actor_id=actor.account_id, action="make_sheets", request_key=request_key)
    if claimed.earlier_id:
        first = PaperSheet.objects.get(pk=claimed.earlier_id)
        return list(PaperSheet.objects.filter(window=window, number__gte=first.number).order_by("number")[:count])
    day, region = timezone.localdate(), window.hall.region.code[:6]
    rows = []
    for _number in range(count):
        serial = next_number(f"sheet:{region}:{day:%y%m%d}")
        number = f"ZB{region}{day:%y%m%d}{serial:04d}"
        row = PaperSheet.objects.create(
            number=number,
            window=window,
            item=item,
            item_version=item.current,
            printed_by_id=actor.known_account_id,
        )
        events.record(codes.SHEET_MOVED, actor=actor, subject_id=row.pk, sheet=number, step="printed", reason="")
        rows.append(row)
    claimed.settle(rows[0].pk)
    return rows


@transaction.atomic
def allow_late(actor: Actor, *, sheet_id: UUID, reason: str) -> PaperSheet:
    """A supervisor lets a sheet be entered after its days. Raises :class:`SheetNotFound`, :class:`SheetUsed` or
    :class:`AssistanceInvalid`.
    """
    hold(actor)
    sheet = PaperSheet.objects.select_for_update(no_key=True, of=("self",)).select_related("item").filter(pk=sheet_id)
    row = sheet.first()
    if row is None or not actor.may(Permission.SUPERVISE, row.item.department_id):
        raise errors.SheetNotFound
    if row.assistances.filter(state__in=["asked", "agreed", "done"]).exists():
        raise errors.SheetUsed(number=row.number)
    said = " ".join(reason.split())
    if not 4 <= len(said) <= 200 or not said.isprintable():
        raise errors.AssistanceInvalid(fields={"reason": _("请写明批准的理由，4 到 200 个字。")})
    row.late_allowed_at, row.late_allowed_by_id, row.late_reason = timezone.now(), actor.account_id, said
    row.save(update_fields=["late_allowed_at", "late_allowed_by", "late_reason", "updated_at"])
    events.record(codes.SHEET_MOVED, actor=actor, subject_id=row.pk, sheet=row.number, step="allowed", reason=said)
    return row
