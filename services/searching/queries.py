"""Reads of the vocabulary of search: synonyms and what was asked in vain."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Max, Q, QuerySet, Sum

from identity.actor import Actor
from identity.permissions import Permission
from services.models import SearchMiss, Synonym
from services.searching.errors import SynonymNotFound
from services.searching.spelling import plain

_TWICE = 2  # asked once, it may have been somebody's name


@dataclass(frozen=True, slots=True)
class Miss:
    """A question that found nothing: how often, and when last."""

    text: str
    count: int
    last: date


def synonyms(actor: Actor, *, text: str = "") -> QuerySet[Synonym]:
    """Synonyms by term for posts that manage items anywhere; ``text`` is a part of the term or of an official word."""
    if not actor.departments(Permission.MANAGE_ITEMS):
        return Synonym.objects.none()
    rows = Synonym.objects.order_by("term")
    wanted = plain(text)
    if not wanted:
        return rows if not text.strip() else rows.none()
    return rows.filter(Q(term__contains=wanted) | Q(stands_for__icontains=wanted) | Q(initials__startswith=wanted))


def get_synonym(actor: Actor, synonym_id: UUID) -> Synonym:
    """Return one synonym; raises :class:`SynonymNotFound`."""
    found = synonyms(actor).filter(pk=synonym_id).first()
    if found is None:
        raise SynonymNotFound
    return found


def open_misses(actor: Actor, *, limit: int) -> list[Miss]:
    """What was asked in vain at least twice and nobody has dealt with, the most frequent first (one query)."""
    if not actor.departments(Permission.MANAGE_ITEMS):
        return []
    rows = (
        SearchMiss.objects.filter(handling=SearchMiss.Handling.OPEN)
        .values("text")
        .annotate(asked=Sum("count"), last=Max("day"))
        .filter(asked__gte=_TWICE)
        .order_by("-asked", "-last", "text")
    )
    return [Miss(row["text"], row["asked"], row["last"]) for row in rows[:limit]]


def version_of(synonym: Synonym) -> str:
    """What a form keeps to notice that somebody else changed the synonym meanwhile."""
    return synonym.updated_at.isoformat()
