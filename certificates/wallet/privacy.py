"""What the wallet adds to a copy of somebody's data, and what ends when they close their account."""

import datetime as dt

from django.utils import timezone

from certificates import events as codes
from certificates.models import Grant
from certificates.wallet import queries
from certificates.wallet.models import ErrorReport, Share
from common import events
from identity.actor import SYSTEM
from identity.models import Account, Party
from identity.privacy.hooks import Part, Row


def collect(party: Party) -> list[Part]:
    """What a party shared, and the errors it reported with the answers."""
    shares = Share.objects.filter(certificate__holder=party).select_related("certificate__type")
    reports = ErrorReport.objects.filter(certificate__holder=party).select_related("certificate__type")
    return [
        Part("shares", "分享的证照", [_share(row) for row in shares]),
        Part("error_reports", "证照报错", [_report(row) for row in reports.prefetch_related("messages")]),
    ]


def _share(row: Share) -> Row:
    return {
        "证照": row.certificate.type.name,
        "分享给": row.receiver_name,
        "对方号码": row.receiver,
        "用途": row.purpose,
        "开始": row.created_at,
        "到期": row.until,
        "提前结束": row.ended_at,
    }


def _report(row: ErrorReport) -> Row:
    said = [
        {"谁": "发证机关" if one.is_issuers else "本人", "时间": one.created_at, "内容": one.text}
        for one in row.messages.all()
    ]
    return {"证照": row.certificate.type.name, "状态": row.get_state_display(), "往来": said}


def end_shares(party: Party) -> int:
    """End what a party shares, and close what is shared with it, with its account; returns how many."""
    now = timezone.now()
    rows = list(queries.live(now).filter(certificate__holder=party).select_for_update(of=("self",)).order_by("pk"))
    for row in rows:
        events.record(codes.SHARE_ENDED, actor=SYSTEM, subject_id=row.certificate_id, share=str(row.pk))
    ids = [row.pk for row in rows]
    Share.objects.filter(pk__in=ids).update(ended_at=now, updated_at=now)
    Grant.objects.filter(share__in=ids).update(ends_at=now, updated_at=now)
    return len(rows) + _leave(party, now)


def _leave(party: Party, now: dt.datetime) -> int:
    """Close what a person received: an address in a message, or a registration anew, opens it no more."""
    if party.kind != Party.Kind.PERSON:
        return 0
    phone = Account.objects.filter(person_id=party.pk).values_list("phone_index", flat=True).first()
    mine = queries.received_by(party.person, bytes(phone) if phone else None)
    open_ones = queries.live(now).filter(mine, receiver_left_at__isnull=True)
    locked = list(open_ones.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))
    return Share.objects.filter(pk__in=locked).update(receiver_left_at=now, updated_at=now)
