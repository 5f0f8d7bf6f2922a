"""Certificates that are shown and shared."""

import datetime as dt
import io
from typing import Any

import pikepdf
from django.utils import timezone

from certificates.models import Certificate
from certificates.wallet.models import Share
from certificates.wallet.sharing_actions import share
from certificates.wallet.sharing_rules import Asked
from tests.factories.cast import Cast

FRIEND = "13900000077"  # nobody's account


def asked(**changes: Any) -> Asked:
    """A share with a friend's phone for a week."""
    week = timezone.localdate() + dt.timedelta(days=7)
    usual = {"to": "phone", "number": FRIEND, "name": "王友人", "purpose_kind": "trade", "purpose": "签供货合同"}
    return Asked(**{**usual, "last_day": week, **changes})


def a_share(cast: Cast, **changes: Any) -> Share:
    """The shop's licence shared by Li."""
    return share(cast.citizen, certificate_id=cast.licence.pk, asked=asked(**changes))


def ending_in(certificate: Certificate, days: int) -> Certificate:
    """The same certificate with its last day so many days from today, valid for years before."""
    today = timezone.localdate()
    certificate.valid_from = today - dt.timedelta(days=1000)
    certificate.valid_until = today + dt.timedelta(days=days)
    certificate.save()
    return certificate


def a_blank_pdf() -> bytes:
    """One empty page, for what needs a real file but no printing."""
    plain, target = pikepdf.new(), io.BytesIO()
    plain.add_blank_page()
    plain.save(target)
    return target.getvalue()
