"""What search reads: topics (one for items of the same entry and name), where they are offered, and its vocabulary.

All of it is computed from the catalogue when that is written (:mod:`services.searching.indexing`), apart from the
synonyms, which people maintain, and the record of questions that found nothing.
"""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from common.models import BaseModel
from identity.models import Region
from services.models.directory import DirectoryEntry
from services.models.items import ServiceItem


class SearchTopic(models.Model):
    """What a question is matched with. A province's 1.6 million implementations have a few thousand topics.

    One implementation, the speaker (the highest level, then the oldest), lends the topic its texts.
    """

    id = models.BigAutoField(primary_key=True)
    entry = models.ForeignKey(DirectoryEntry, models.PROTECT, null=True, related_name="+")
    key = models.CharField(max_length=32, unique=True)  # of entry and name
    name = models.CharField(max_length=1000)
    plain = models.CharField(max_length=1000)  # the name as questions are compared with it
    phrases = ArrayField(models.TextField(), default=list)  # plain name and everyday words, for the nearest one
    sounds = ArrayField(models.TextField(), default=list)  # the syllables of each phrase, with spaces
    words = SearchVectorField(null=True)  # characters and pairs
    pinyin = SearchVectorField(null=True)  # pairs of syllables, initials
    popularity = models.PositiveIntegerField(default=0)  # of the most used implementation
    head_region = models.ForeignKey(Region, models.PROTECT, null=True, related_name="+")  # the speaker's
    speaker_id = models.UUIDField(null=True)
    revision = models.PositiveSmallIntegerField(default=0)  # of the way its words are made

    class Meta:
        indexes = (
            GinIndex(fields=["words"], name="topic_words", fastupdate=False),
            GinIndex(fields=["pinyin"], name="topic_pinyin", fastupdate=False),
            models.Index(fields=["revision"], name="topic_revision"),
        )

    def __str__(self) -> str:
        return self.name


class SearchPlace(models.Model):
    """Where a topic is offered: the few columns of an implementation that narrow and rank a search.

    Computed, so its references are not checked once more by the database, which takes as long as writing it.
    """

    item = models.OneToOneField(ServiceItem, models.CASCADE, primary_key=True, related_name="+", db_constraint=False)
    topic = models.ForeignKey(SearchTopic, models.CASCADE, related_name="places", db_index=False, db_constraint=False)
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    popularity = models.PositiveIntegerField(default=0)
    level = models.PositiveSmallIntegerField()  # of the region
    depth = models.PositiveSmallIntegerField(default=0)  # how far it can be done online, 0 to 9
    is_online = models.BooleanField(default=False)
    is_shown = models.BooleanField(default=True)  # in use and published; a trigger follows the item
    item_type = models.CharField(max_length=2)
    audience = ArrayField(models.CharField(max_length=2), default=list)
    themes = ArrayField(models.CharField(max_length=8), default=list)
    department_name = models.CharField(max_length=100)

    class Meta:
        indexes = (
            models.Index(fields=["region", "topic"], name="place_region"),
            models.Index(fields=["topic", "level", "item"], name="place_topic"),
            models.Index(fields=["department_name", "topic"], name="place_department"),
            models.Index(fields=["-popularity", "item"], name="place_popular"),
        )

    def __str__(self) -> str:
        return f"{self.topic_id} {self.region_id}"


class Synonym(BaseModel):
    """What people say, and the official words it stands for; for every region."""

    term = models.CharField(max_length=20, unique=True)  # as questions are compared with it
    stands_for = ArrayField(models.CharField(max_length=60), default=list)
    pinyin = models.CharField(max_length=160, db_index=True)  # of the term, without spaces
    initials = models.CharField(max_length=20, db_index=True)

    class Meta:
        ordering: ClassVar = ["term"]

    def __str__(self) -> str:
        return self.term


class SearchMiss(models.Model):
    """A question that found nothing: its words, the day and how often. Nobody's name, account or address."""

    class Handling(models.TextChoices):
        OPEN = "", "待处理"
        IGNORED = "ignored", "不用处理"
        SYNONYM = "synonym", "已做成同义词"

    id = models.BigAutoField(primary_key=True)
    text = models.CharField(max_length=30)
    day = models.DateField()
    count = models.PositiveIntegerField(default=1)
    handling = models.CharField(max_length=8, choices=Handling, blank=True, default="")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["text", "day"], name="search_miss_once_a_day"),)
        indexes = (models.Index(fields=["day"], name="search_miss_day"),)
        verbose_name_plural = "search misses"

    def __str__(self) -> str:
        return f"{self.text} {self.day}"
