"""Compile the catalogues (no system gettext needed); the compiled files are not kept in git."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from common import translations


class Command(BaseCommand):
    """Cheap when nothing changed: only a catalogue newer than its compiled file is read."""

    help = "Compile locale/*/LC_MESSAGES/*.po with Babel."

    def handle(self, *args: Any, **options: Any) -> None:
        """Compile every catalogue of the project."""
        for folder in settings.LOCALE_PATHS:
            for path in sorted(Path(folder).glob("*/LC_MESSAGES/*.po")):
                if translations.compile_catalogue(path) and options["verbosity"]:
                    self.stdout.write(f"compiled {path}")
