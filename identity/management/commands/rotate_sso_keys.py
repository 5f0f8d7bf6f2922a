"""Bring the keys that sign single sign-on tokens in order."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from common.formatting import format_date
from identity.actor import SYSTEM
from identity.sso import keys


class Command(BaseCommand):
    """``rotate_sso_keys``: what the nightly task does; with ``--now`` the next key signs from this moment."""

    help = "Make, announce and erase the signing keys of single sign-on. Safe to repeat."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add ``--now``."""
        parser.add_argument("--now", action="store_true", help="let the next key sign at once: the current one is lost")

    def handle(self, *args: Any, **options: Any) -> None:
        """Rotate and list the keys."""
        rows = keys.rotate(SYSTEM, at_once=options["now"])
        now = timezone.now()
        signing = max((key for key in rows if key.not_before <= now), key=lambda key: key.not_before)
        for key in rows:
            role = "signs" if key == signing else "next" if key.not_before > now else "previous"
            until = format_date(timezone.localdate(key.expires_at)) if key.expires_at else "-"
            begins = format_date(timezone.localdate(key.not_before))
            self.stdout.write(f"{keys.kid_of(key)}  {role:8}  from {begins}  published until {until}")
