"""Refresh the English catalogue from the source, or check that it is complete."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from common import translations


class Command(BaseCommand):
    """``messages`` rewrites ``locale/en``; ``messages --check`` writes nothing and fails when it should."""

    help = "Extract translatable strings into locale/en/LC_MESSAGES/django.po (no system gettext needed)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """``--check`` is for `make test`."""
        parser.add_argument("--check", action="store_true", help="fail when the catalogue is stale or incomplete")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        """Merge what the source says with what is translated already."""
        path = Path(settings.LOCALE_PATHS[0]) / "en" / "LC_MESSAGES" / "django.po"
        catalog = translations.merge(
            translations.extract(settings.BASE_DIR, _folders(settings.BASE_DIR)), translations.read(path)
        )
        text = translations.render(catalog)
        untranslated = translations.problems(catalog)
        if check:
            self._check(path, text, untranslated)
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        self.stdout.write(f"{len(catalog)} strings, {len(untranslated)} to translate: {path}")

    def _check(self, path: Path, text: str, untranslated: list[str]) -> None:
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            raise CommandError(f"{path} differs from the source: run make messages and translate what is new.")
        if untranslated:
            raise CommandError("\n".join([f"{path} is incomplete:", *untranslated]))


def _folders(base_dir: Path) -> list[Path]:
    """Return the rooms of this project and its shared templates; libraries have catalogues of their own."""
    rooms = [Path(config.path) for config in apps.get_app_configs()]
    return [base_dir / "templates", *(room for room in rooms if room.parent == base_dir)]
