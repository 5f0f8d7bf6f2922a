"""The command that fills the search index: all of it, again without work, and on from where it was stopped."""

import pytest
from django.core.management import call_command

from services import queries
from services.management.commands import index_search
from services.models import SearchPlace, SearchTopic
from services.searching import indexing
from tests.factories.catalogue import an_item

pytestmark = pytest.mark.django_db


@pytest.fixture
def unknown(monkeypatch):
    monkeypatch.setattr(index_search, "_CHUNK", 2)
    for number in range(5):
        an_item(f"取水许可{number}", main=f"3100{number}")
    SearchTopic.objects.all().delete()
    assert not SearchPlace.objects.exists()


def test_what_search_does_not_know_is_indexed_once(unknown, capsys):
    call_command("index_search")
    assert queries.search("取水许可").total == 5
    assert "5 items" in capsys.readouterr().out
    call_command("index_search")
    assert capsys.readouterr().out == ""


def test_it_goes_on_from_where_it_was_stopped(unknown, monkeypatch):
    real, calls = indexing.reindex, []

    def stop_at_the_second(items):
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(items)

    monkeypatch.setattr(indexing, "reindex", stop_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        call_command("index_search", verbosity=0)
    assert SearchPlace.objects.count() == 2
    monkeypatch.setattr(indexing, "reindex", real)
    call_command("index_search", verbosity=0)
    assert SearchPlace.objects.count() == 5


def test_words_of_an_earlier_release_are_made_anew(unknown, monkeypatch):
    call_command("index_search", verbosity=0)
    SearchTopic.objects.update(words=None, pinyin=None)
    call_command("index_search", verbosity=0)
    assert queries.search("取水许可").total == 0  # nothing was due
    monkeypatch.setattr(indexing, "REVISION", indexing.REVISION + 1)
    call_command("index_search", verbosity=0)
    assert queries.search("取水许可").total == 5
    call_command("index_search", "--all", verbosity=0)
    assert not SearchTopic.objects.filter(revision=0).exists()
