"""The kept cast is the built one, and it is left aside wherever it would differ; emptying leaves nothing behind."""

import datetime as dt
from dataclasses import fields

import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection, models, transaction
from django.utils import timezone

from common.models import AuditEvent
from identity.models import Department, Person
from tests import emptying, kept
from tests.factories.cast import Cast, a_person, build_cast, make_cast
from tests.factories.catalogue import a_department


def _counts() -> dict[str, int]:
    with connection.cursor() as cursor:
        return {
            table: cursor.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0]
            for table in emptying.non_empty(kept._tables())
        }


def _columns(cast: Cast) -> dict[str, dict[str, object]]:
    people = {field.name: getattr(cast, field.name) for field in fields(cast)}
    return {
        name: {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
        for name, row in people.items()
        if isinstance(row, models.Model)
    }


@pytest.fixture
def built(monkeypatch) -> list[str]:
    """Notes each time the cast is built step by step."""
    notes: list[str] = []
    entry = kept._kept[make_cast]

    def build() -> Cast:
        notes.append("built")
        return make_cast()

    monkeypatch.setitem(kept._kept, build, entry)
    monkeypatch.setattr("tests.factories.cast.make_cast", build)
    return notes


@pytest.mark.django_db
def test_the_copy_has_the_rows_of_the_built_one(built):
    with transaction.atomic():
        make_cast()
        expected = _counts()
        transaction.set_rollback(True)

    build_cast()

    assert _counts() == expected
    assert built == []


@pytest.mark.django_db
def test_the_objects_are_what_their_rows_say(built):
    cast = build_cast()

    said = _columns(cast)
    for field in fields(cast):
        if isinstance(row := getattr(cast, field.name), models.Model):
            row.refresh_from_db()
    assert said == _columns(cast)
    assert built == []
    assert cast.account.person == cast.li
    assert cast.licence.holder_id == cast.shop.party_id


@pytest.mark.django_db
def test_a_test_that_changes_the_cast_leaves_the_kept_one_as_it_was(built):
    with transaction.atomic():
        first = build_cast()
        first.li.name = "别人"
        first.li.save()
        transaction.set_rollback(True)

    assert build_cast().li.name == "李清荷"
    assert Person.objects.get(pk=first.li.pk).name == "李清荷"
    assert built == []


@pytest.mark.django_db
def test_new_rows_get_numbers_of_their_own(built):
    cast = build_cast()

    assert a_person("后来者", serial="77").pk != cast.li.pk
    assert built == []


@pytest.mark.django_db
def test_beside_other_rows_it_is_built(built):
    department = a_department()

    assert build_cast().scjg == department
    assert built == ["built"]
    assert Department.objects.filter(name=department.name).count() == 1


@pytest.mark.django_db
def test_under_another_clock_it_is_built(built, monkeypatch):
    later = timezone.now() + dt.timedelta(days=40)
    monkeypatch.setattr(timezone, "now", lambda: later)

    assert build_cast().item.created_at == later
    assert built == ["built"]


@pytest.mark.django_db
def test_under_other_keys_it_is_built(built, settings):
    settings.FIELD_KEYS = {**settings.FIELD_KEYS, "later": next(iter(settings.FIELD_KEYS.values()))}

    build_cast()

    assert built == ["built"]


@pytest.mark.django_db(transaction=True)
def test_where_a_test_commits_the_rows_are_those_of_a_committed_one(built):
    make_cast()  # with all that follows its commits
    expected = _counts()
    emptying.empty()

    build_cast()

    assert _counts() == expected
    assert built == []


@pytest.mark.django_db(transaction=True)
def test_emptying_leaves_no_row_and_what_django_makes_by_itself():
    made = set(ContentType.objects.values_list("pk")), set(Permission.objects.values_list("pk"))
    make_cast()
    assert AuditEvent.objects.exists()

    emptying.empty()

    assert emptying.non_empty(emptying._tables()) == []
    assert made == (set(ContentType.objects.values_list("pk")), set(Permission.objects.values_list("pk")))
