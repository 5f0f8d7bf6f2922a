"""Writes of the vocabulary: synonyms, and questions that found nothing."""

import datetime as dt
import re
from collections.abc import Sequence
from uuid import UUID

from django.contrib.postgres.search import SearchQuery
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from common import events
from common.errors import Forbidden
from identity.actor import Actor, ActorKind
from identity.permissions import Permission
from identity.staff.current import hold
from services import events as codes
from services.models import SearchMiss, SearchTopic, Synonym
from services.searching.errors import MissNotFound, SynonymExists, SynonymInvalid, SynonymMoved, SynonymNotFound
from services.searching.queries import version_of
from services.searching.questions import official_query, read
from services.searching.spelling import initials, plain, syllables

MOST_WORDS = 10
_TERM = range(2, 21)  # characters
_OFFICIAL = range(2, 61)
_LONGEST_MISS = 20  # characters: what is longer is a story, perhaps with somebody's name in it
_MOST_MISSES = 5_000  # different ones a day; a robot's noise must not fill the table
_PERSONAL = re.compile(r"[0-9]{5}|[0-9xX]{15,}")
_RECORD = """
INSERT INTO services_searchmiss (text, day, count, handling)
SELECT %(text)s, %(day)s, 1, CASE WHEN EXISTS (
    SELECT 1 FROM services_searchmiss WHERE text = %(text)s AND handling = 'ignored') THEN 'ignored' ELSE '' END
WHERE EXISTS (SELECT 1 FROM services_searchmiss WHERE text = %(text)s AND day = %(day)s)
   OR (SELECT count(*) FROM services_searchmiss WHERE day = %(day)s) < %(most)s
ON CONFLICT (text, day) DO UPDATE SET count = services_searchmiss.count + 1
"""


@transaction.atomic
def add_synonym(actor: Actor, *, term: str, stands_for: Sequence[str]) -> Synonym:
    """Say what a term stands for; the same again changes nothing.

    Open misses of the term are dealt with by it. Needs :attr:`Permission.MANAGE_ITEMS` in any department.
    Raises :class:`SynonymInvalid`, :class:`SynonymExists` or :class:`Forbidden`.
    """
    _require(actor)
    spelt, official = plain(term), _official(stands_for)
    _check(spelt, official)
    sounds = syllables(spelt)
    new = Synonym(term=spelt, stands_for=official, pinyin="".join(sounds), initials=initials(sounds)[:20])
    known = _insert(new)
    if known is not None:
        if known.stands_for == official:
            return known
        raise SynonymExists(term=spelt, stands_for="、".join(known.stands_for))
    SearchMiss.objects.filter(text=spelt, handling=SearchMiss.Handling.OPEN).update(
        handling=SearchMiss.Handling.SYNONYM
    )
    events.record(codes.SYNONYM_SAVED, actor=actor, subject_id=new.pk, term=spelt, stands_for=official, before=[])
    return new


@transaction.atomic
def change_synonym(actor: Actor, *, synonym_id: UUID, stands_for: Sequence[str], seen: str) -> Synonym:
    """Change what a term stands for; ``seen``: the version (:func:`version_of`) the editor had before them.

    Raises :class:`SynonymNotFound`, :class:`SynonymMoved`, :class:`SynonymInvalid` or :class:`Forbidden`.
    """
    _require(actor)
    synonym = _locked(synonym_id)
    official = _official(stands_for)
    if version_of(synonym) != seen:
        if synonym.stands_for == official:
            return synonym  # the same click twice
        raise SynonymMoved(stands_for="、".join(synonym.stands_for))
    _check(synonym.term, official)
    before = synonym.stands_for
    if before == official:
        return synonym
    synonym.stands_for = official
    synonym.save()
    events.record(
        codes.SYNONYM_SAVED,
        actor=actor,
        subject_id=synonym.pk,
        term=synonym.term,
        stands_for=official,
        before=before,
    )
    return synonym


@transaction.atomic
def remove_synonym(actor: Actor, *, synonym_id: UUID, seen: str) -> None:
    """Take a synonym away; raises :class:`SynonymNotFound`, :class:`SynonymMoved` or :class:`Forbidden`."""
    _require(actor)
    synonym = _locked(synonym_id)
    if version_of(synonym) != seen:
        raise SynonymMoved(stands_for="、".join(synonym.stands_for))
    events.record(
        codes.SYNONYM_REMOVED,
        actor=actor,
        subject_id=synonym.pk,
        term=synonym.term,
        stands_for=synonym.stands_for,
    )
    synonym.delete()


@transaction.atomic
def ignore_miss(actor: Actor, *, text: str) -> None:
    """Take a question that found nothing off the work list, for later days too.

    Raises :class:`MissNotFound` or :class:`Forbidden`.
    """
    _require(actor)
    misses = SearchMiss.objects.filter(text=text.replace("\x00", ""), handling=SearchMiss.Handling.OPEN)
    first = misses.select_for_update().order_by("id").first()
    if first is None:
        raise MissNotFound
    misses.update(handling=SearchMiss.Handling.IGNORED)
    events.record(codes.SEARCH_MISS_IGNORED, actor=actor, subject_id=first.pk, text=first.text)


def record_miss(actor: Actor, *, text: str) -> bool:
    """Count a question that found nothing, without who asked it; tell whether it was kept.

    Not kept: what is long or holds a row of digits, as it may tell something about a person; staff trying things.
    """
    asked = plain(read(text).asked)
    if actor.is_staff or not 2 <= len(asked) <= _LONGEST_MISS or _PERSONAL.search(asked):
        return False
    with transaction.atomic(), connection.cursor() as cursor:
        # Whoever asks does not wait for the disk: a server that falls may forget the last count.
        cursor.execute("SET LOCAL synchronous_commit = off")
        cursor.execute(_RECORD, {"text": asked, "day": timezone.localdate(), "most": _MOST_MISSES})
    return True


def forget_misses(actor: Actor, *, before: dt.date) -> int:
    """Forget what was asked in vain before this day; return how many rows there were. For the system only."""
    if actor.kind != ActorKind.SYSTEM:
        raise Forbidden
    return SearchMiss.objects.filter(day__lt=before).delete()[0]


def _require(actor: Actor) -> None:
    """Hold the post (ADR 0018), which must manage items somewhere."""
    hold(actor)
    if actor.kind != ActorKind.SYSTEM and not actor.departments(Permission.MANAGE_ITEMS):
        raise Forbidden


def _locked(synonym_id: UUID) -> Synonym:
    synonym = Synonym.objects.select_for_update().filter(pk=synonym_id).first()
    if synonym is None:
        raise SynonymNotFound
    return synonym


def _insert(new: Synonym) -> Synonym | None:
    """Insert, or return the one of this term that was there first, even a moment ago."""
    Synonym.objects.bulk_create([new], ignore_conflicts=True)
    stored = Synonym.objects.select_for_update().get(term=new.term)
    return None if stored.pk == new.pk else stored


def _official(texts: Sequence[str]) -> list[str]:
    cleaned = (" ".join(text.replace("\x00", "").split()) for text in texts)
    return list(dict.fromkeys(filter(None, cleaned)))


def _check(term: str, official: list[str]) -> None:
    problems: dict[str, str] = {}
    if len(term) not in _TERM:
        problems["term"] = _("请填 2 到 20 个字，不算空格和标点。")
    if not official:
        problems["stands_for"] = _("请至少填一个正式说法。")
    elif len(official) > MOST_WORDS:
        problems["stands_for"] = _("最多填 %(most)s 个正式说法。") % {"most": MOST_WORDS}
    else:
        wrong = next((problem for text in official if (problem := _problem_of(term, text))), "")
        problems |= {"stands_for": wrong} if wrong else {}
    if problems:
        raise SynonymInvalid(fields=problems)


def _is_in_a_name(query: str) -> bool:
    return SearchTopic.objects.filter(words=SearchQuery(query, config="simple", search_type="raw")).exists()


def _problem_of(term: str, text: str) -> str:
    if len(text) not in _OFFICIAL:
        return _("“%(text)s”要有 2 到 60 个字。") % {"text": text[:20]}
    if plain(text) == term:
        return _("正式说法不能和群众说法一样。")
    query = official_query([text])
    if not query or not _is_in_a_name(query):
        return _("没有一个事项的名称里有“%(text)s”，搜了也找不到。") % {"text": text}
    return ""
