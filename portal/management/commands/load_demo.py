"""Load the demonstration city: catalogue, people, staff, certificates and cases under way."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from identity.actor import SYSTEM
from portal.demo import (
    archiving,
    asking,
    assisting,
    bundles,
    calendar,
    catalogue,
    counters,
    entrusting,
    guides,
    holdings,
    legacy,
    people,
    registered_twice,
    sample_app,
    staff,
    stories,
    told,
    vocabulary,
    worklists,
)


class Command(BaseCommand):
    """``load_demo``: safe to run at every start; what is there already stays as it is."""

    help = "Load the demonstration city (all of it fictional). Running it again changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add ``--minimal``."""
        parser.add_argument(
            "--minimal", action="store_true", help="catalogue, people and staff only: no certificates, no cases"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Load, or refuse outside a demonstration."""
        if not settings.DEMO:
            raise CommandError("This is not a demonstration (settings.DEMO is off): nothing was loaded.")
        calendar.load()  # what is promised is counted in working days
        city = catalogue.load(SYSTEM)
        guides.load(city)
        vocabulary.load(SYSTEM)
        cast = people.load(SYSTEM)
        seats = staff.load(SYSTEM)
        counters.load(city, cast)
        worklists.load()
        together = bundles.load(SYSTEM, city)
        apps = legacy.load(SYSTEM, city)
        mandates = entrusting.load(cast)
        registered_twice.load(SYSTEM)
        sample_app.load(SYSTEM)
        issued = stories_told = 0
        if not options["minimal"]:
            issued = holdings.load(SYSTEM, cast)
            stories_told = stories.load(cast)
            if stories_told:
                asking.load()
                assisting.load()
                told.load()
                archiving.load()
        if options["verbosity"]:
            self.stdout.write(
                f"Demonstration city: {len(cast.persons)} persons, {len(cast.organisations)} organisations; "
                f"new now: {seats} staff, {mandates} mandates, {issued} certificates, {stories_told} cases, "
                f"{apps} old apps, {together} bundles."
            )
