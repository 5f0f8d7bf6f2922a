"""What this part adds to a copy of somebody's data, what hinders closing, what is erased, and what a merge moves."""

from uuid import UUID

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.assisting.models import Assistance
from cases.assisting.standing import LIVE
from identity.models import Party
from identity.persons.listeners import Moved
from identity.persons.moving import repoint
from identity.privacy.hooks import Part, Row


def collect(party: Party) -> list[Part]:
    """Every session at a window in which a clerk filled in for a person, or for an organisation; the lines they were
    asked are told to who was asked.
    """
    rows = Assistance.objects.filter(party_id=party.pk) | Assistance.objects.filter(person_id=party.pk)
    rows = rows.select_related("window__hall", "item", "bundle", "case", "joint", "mandate", *_NAMES).order_by("id")
    return [Part("assistances", "窗口代办", [_row(row, party) for row in rows])]


_NAMES = ("person", "party__person", "party__organisation")


def _row(row: Assistance, reader: Party) -> Row:
    is_agent = row.mandate_id is None or row.person_id == reader.pk
    return {
        "大厅": row.window.hall.name,
        "窗口": row.window.number,
        "事项": row.errand,
        "办什么": row.get_purpose_display(),
        "时间": row.created_at,
        "以谁的名义": row.party.name,
        "到窗口的人": row.person.name,
        "凭什么": row.mandate.get_kind_display() if row.mandate else "",
        "问您的内容": "；".join(row.asked) if is_agent else "",
        "同意方式": row.get_way_display() if row.way else "",
        "同意时间": row.answered_at,
        "用纸质件的原因": row.paper_reason if is_agent else "",
        "确认提交时间": row.confirmed_at,
        "客屏上的签名": "写了" if row.handwriting else "没有写",
        "状态": row.get_state_display(),
        "办件编号": row.number,
    }


def hinder(party: Party) -> list[str]:
    """A clerk is filling in for them right now."""
    rows = Assistance.objects.filter(person_id=party.pk, state__in=LIVE)
    return [_("窗口正在代您办理")] if rows.exists() else []


def erase(party: Party) -> int:
    """Let go of the words that were asked and said; that there was consent stays with the case."""
    rows = Assistance.objects.filter(Q(person_id=party.pk) | Q(party_id=party.pk))
    return rows.update(asked=[], paper_reason="")


def follow_merge(kept_id: UUID, other_id: UUID) -> Moved:
    """Move sessions to the kept person; what is open with the other one, or in their name, ends."""
    other = Assistance.objects.filter(person_id=other_id)
    theirs = Assistance.objects.filter(Q(person_id=other_id) | Q(party_id=other_id))
    live = theirs.filter(state__in=LIVE).order_by("pk").select_for_update(nowait=True, no_key=True, of=("self",))
    for row in live:
        row.state, row.ended_at, row.end_reason = Assistance.State.ENDED, timezone.now(), "登记合并"
        row.save(update_fields=["state", "ended_at", "end_reason", "updated_at"])
    return {
        "cases.assistance.person": repoint(other, person=kept_id),
        "cases.assistance.party": repoint(Assistance.objects.filter(party_id=other_id), party=kept_id),
    }
