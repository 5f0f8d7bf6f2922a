"""Loads the demonstration's synonyms; what an editor changed or made stays."""

from pathlib import Path

from identity.actor import Actor
from portal.demo.entries import CONTENT, read_entries, unique
from services.searching.actions import add_synonym
from services.searching.errors import SynonymExists, SynonymInvalid


def load(actor: Actor, *, content: Path = CONTENT) -> int:
    """Add the synonyms that are missing and return how many the file has.

    Raises :class:`ContentError` with the place of one that stands for nothing in the catalogue.
    """
    entries = list(unique(read_entries(content / "synonyms.yaml", required="term stands_for"), "term"))
    for entry in entries:
        try:
            add_synonym(actor, term=entry.text("term"), stands_for=entry.texts("stands_for"))
        except SynonymExists:
            continue  # an editor has said otherwise
        except SynonymInvalid as error:
            raise entry.fail("; ".join(str(text) for text in error.fields.values())) from error
    return len(entries)
