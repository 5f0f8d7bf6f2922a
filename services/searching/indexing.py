"""Keeps topics and places in line with the catalogue: the words are made when an item is written, not when asked."""

import hashlib
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet, prefetch_related_objects

from services import tokens
from services.models import ItemVersion, SearchPlace, SearchTopic, ServiceItem
from services.searching.spelling import plain, syllables

REVISION = 1  # of the way words are made; raise it and ``index_search`` makes them all anew
_CHUNK = 500
_PLACE_COLUMNS = tuple(field.attname for field in SearchPlace._meta.concrete_fields)

# The speaker: the implementation of the highest level, and of those the oldest.
# The sum keeps the planner from walking down all popularities in search of one of the topic.
_SPEAKERS = """
SELECT topic.id, topic.speaker_id, speaker.item_id, speaker.region_id,
       (SELECT max(popularity + 0) FROM services_searchplace WHERE topic_id = topic.id AND is_shown)
FROM services_searchtopic topic
LEFT JOIN LATERAL (
    SELECT item_id, region_id FROM services_searchplace
    WHERE topic_id = topic.id AND is_shown ORDER BY level, item_id LIMIT 1
) speaker ON TRUE
WHERE topic.id = ANY(%s) ORDER BY topic.id
"""
_WRITE = """
UPDATE services_searchtopic topic
SET words = new.words::tsvector, pinyin = new.pinyin::tsvector, phrases = string_to_array(new.phrases, E'\\n'),
    sounds = string_to_array(new.sounds, E'\\n'), plain = new.plain, name = new.name, speaker_id = new.speaker_id,
    head_region_id = new.head_region_id, popularity = new.popularity, revision = new.revision
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::uuid[],
            %s::uuid[], %s::int[], %s::int[])
     AS new(id, words, pinyin, phrases, sounds, plain, name, speaker_id, head_region_id, popularity, revision)
WHERE topic.id = new.id
"""
_POPULARITY = """
UPDATE services_searchtopic topic SET popularity = new.popularity
FROM unnest(%s::bigint[], %s::int[]) AS new(id, popularity)
WHERE topic.id = new.id AND topic.popularity <> new.popularity
"""


def reindex(items: Iterable[ServiceItem]) -> int:
    """Bring what search knows of these items up to date and return how many there were.

    Call it in the transaction that changed them, holding the catalogue's lock.
    """
    done = 0
    rest = iter(items)
    while chunk := list(islice(rest, _CHUNK)):
        _reindex(chunk)
        done += len(chunk)
    return done


def unindexed_items() -> QuerySet[ServiceItem]:
    """Published items in use that search does not know yet."""
    known = SearchPlace.objects.values("item_id")
    return ServiceItem.objects.filter(state=ServiceItem.State.ACTIVE, current__isnull=False).exclude(pk__in=known)


def outdated_topics() -> QuerySet[SearchTopic]:
    """Topics whose words were made the way of an earlier revision."""
    return SearchTopic.objects.filter(revision__lt=REVISION)


def rewrite(topic_ids: Sequence[int]) -> None:
    """Make the words of these topics anew, whatever their revision."""
    _refresh(topic_ids, changed=None)
    SearchTopic.objects.filter(pk__in=topic_ids, revision__lt=REVISION).update(revision=REVISION)


def _reindex(items: list[ServiceItem]) -> None:
    prefetch_related_objects(items, "current", "region")
    before = dict(SearchPlace.objects.filter(item__in=items).values_list("item_id", "topic_id"))
    published = [item for item in items if item.current is not None]
    topics = _topics_for(published)
    gone = [item.pk for item in items if item.current is None]
    SearchPlace.objects.filter(item_id__in=gone).delete()
    places = [_place(item, item.current, topics[_key(item)]) for item in published if item.current]
    SearchPlace.objects.bulk_create(
        places,
        update_conflicts=True,
        unique_fields=["item_id"],
        update_fields=[name for name in _PLACE_COLUMNS if name != "item_id"],
    )
    affected = {place.topic_id for place in places} | set(before.values())
    _refresh(sorted(affected), changed={item.pk for item in items})


def _key(item: ServiceItem) -> str:
    assert item.current is not None
    return _key_of(item.entry_id, item.current.name)


def _key_of(entry_id: UUID | None, name: str) -> str:
    return hashlib.md5(f"{entry_id or ''}|{plain(name)}".encode(), usedforsecurity=False).hexdigest()


def topics_named(pairs: Iterable[tuple[UUID, str]]) -> dict[tuple[UUID, str], int]:
    """Find or make the topics of (entry, item name) pairs; new ones are outdated until their words are made."""
    keys = {pair: _key_of(*pair) for pair in pairs}
    known = dict(SearchTopic.objects.filter(key__in=keys.values()).values_list("key", "id"))
    new = {key: pair for pair, key in keys.items() if key not in known}
    SearchTopic.objects.bulk_create(
        [
            SearchTopic(key=key, entry_id=entry_id, name=name, plain=plain(name))
            for key, (entry_id, name) in sorted(new.items())
        ],
        ignore_conflicts=True,
    )
    known |= dict(SearchTopic.objects.filter(key__in=new).values_list("key", "id"))
    return {pair: known[key] for pair, key in keys.items()}


def _topics_for(items: list[ServiceItem]) -> dict[str, int]:
    """Find or make the topics of these items, by key."""
    wanted = {_key(item): item for item in items}
    new = [
        SearchTopic(key=key, entry_id=item.entry_id, name=item.current.name, plain=plain(item.current.name))
        for key, item in sorted(wanted.items())
        if item.current
    ]
    known = dict(SearchTopic.objects.filter(key__in=wanted).values_list("key", "id"))
    missing = [topic for topic in new if topic.key not in known]
    if missing:
        SearchTopic.objects.bulk_create(missing, ignore_conflicts=True)
        known = dict(SearchTopic.objects.filter(key__in=wanted).values_list("key", "id"))
    return known


def _place(item: ServiceItem, version: ItemVersion, topic_id: int) -> SearchPlace:
    themes = [f"p{code}" for code in version.themes_person] + [f"o{code}" for code in version.themes_org]
    depths = [int(code) for code in version.online_depth if str(code).isascii() and str(code).isdigit()]
    return SearchPlace(
        item_id=item.pk,
        topic_id=topic_id,
        region_id=item.region_id,
        level=item.region.level,
        popularity=item.popularity,
        depth=min(9, max(depths, default=0)),
        is_online=version.is_applicable_online,
        is_shown=item.state == ServiceItem.State.ACTIVE,
        item_type=item.item_type,
        audience=[str(code)[:2] for code in version.audience],
        themes=[theme[:8] for theme in themes],
        department_name=item.department_name,
    )


def _refresh(topic_ids: Sequence[int], *, changed: set[UUID] | None) -> None:
    """Settle who speaks for these topics, and write their words anew where the speaker or its texts changed.

    ``changed`` None: write all of them.
    """
    with connection.cursor() as cursor:
        cursor.execute(_SPEAKERS, [list(topic_ids)])
        rows = cursor.fetchall()
    speaking = [row for row in rows if row[2] is not None]
    due = [row for row in speaking if changed is None or row[1] != row[2] or row[2] in changed]
    _write(due)
    with connection.cursor() as cursor:
        cursor.execute(_POPULARITY, [[row[0] for row in speaking], [row[4] for row in speaking]])
    silent = [row[0] for row in rows if row[2] is None]
    empty = SearchTopic.objects.filter(pk__in=silent)
    empty.exclude(pk__in=SearchPlace.objects.filter(topic_id__in=silent).values("topic_id")).delete()


def _write(due: list[tuple[Any, ...]]) -> None:
    if not due:
        return
    speakers = ServiceItem.objects.select_related("current", "department", "entry")
    items = speakers.prefetch_related("current__materials").in_bulk([row[2] for row in due])
    columns = [
        (row[0], *_words(items[row[2]]), row[2], row[3], row[4], REVISION)
        for row in due
        if row[2] in items and items[row[2]].current
    ]
    if columns:
        with connection.cursor() as cursor:
            cursor.execute(_WRITE, [list(column) for column in zip(*columns, strict=True)])


def _words(item: ServiceItem) -> tuple[str, str, str, str, str, str]:
    """Return words, pinyin, phrases, sounds, plain name and name of the topic this item speaks for."""
    version = item.current
    assert version is not None
    everyday = [*version.synonyms, *tokens.everyday_words(version.name).split()]
    spoken = tokens.phrases(version.name, everyday)
    department = [item.department_name, item.department.short_name if item.department else ""]
    told = [version.summary, *department, version.result_name]
    materials = [material.name for material in version.materials.all()]
    words = tokens.vector(
        [("A", version.name), ("B", " ".join(everyday)), ("C", " ".join(told)), ("D", " ".join(materials))]
    )
    sounds = [" ".join(syllables(phrase)) for phrase in spoken]
    return words, tokens.sound_vector(spoken), "\n".join(spoken), "\n".join(sounds), plain(version.name), version.name
