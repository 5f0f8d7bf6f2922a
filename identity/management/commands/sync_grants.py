"""Bring what staff may do in line with the role table."""

from typing import Any

from django.core.management.base import BaseCommand

from identity.actor import SYSTEM
from identity.staff.granting import sync_all


class Command(BaseCommand):
    """``sync_grants``: after an upgrade, every account gets what its active post gives now. Safe to run again."""

    help = "Bring the grants of all staff in line with their active posts; says what changed."

    def handle(self, *args: Any, **options: Any) -> None:
        """Synchronise, and print a line for each account that changed."""
        changes = sync_all(SYSTEM)
        if options["verbosity"]:
            for change in changes:
                self.stdout.write(f"{change.account.username}: +{change.added} -{change.removed}")
            self.stdout.write(f"{len(changes)} accounts changed.")
