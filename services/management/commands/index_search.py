"""``manage.py index_search``: make known to search what it does not know yet, chunk by chunk."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from services.actions import lock_catalogue
from services.models import SearchTopic
from services.searching import indexing

_CHUNK = 500
_NEWS_SECONDS = 5.0


class Command(BaseCommand):
    """Each chunk is a transaction of its own: stopped half way, the next run goes on where this one ended."""

    help = "Index items that search does not know, and topics whose words were made by an earlier release."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add ``--all``."""
        parser.add_argument("--all", action="store_true", help="make the words of every topic anew")

    def handle(self, *args: Any, **options: Any) -> None:
        """Index what is due and say how much it was."""
        if options["all"]:
            SearchTopic.objects.update(revision=0)
        self._heard = time.monotonic()
        items = self._run(self._items)
        topics = self._run(self._topics)
        if options["verbosity"] and (items or topics):
            self.stdout.write(f"Search index: {items} items, {topics} topics.")

    def _run(self, step: Any) -> int:
        done = 0
        while chunk := self._step(step):
            done += chunk
            if time.monotonic() - self._heard > _NEWS_SECONDS:
                self._heard = time.monotonic()
                self.stderr.write(f"Search index: {done} done.")
        return done

    @transaction.atomic
    def _step(self, step: Any) -> int:
        lock_catalogue()
        return int(step())

    def _items(self) -> int:
        return indexing.reindex(indexing.unindexed_items().select_related("current", "region")[:_CHUNK])

    def _topics(self) -> int:
        due = list(indexing.outdated_topics().values_list("pk", flat=True)[:_CHUNK])
        indexing.rewrite(due)
        return len(due)
