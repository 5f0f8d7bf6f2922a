"""SELECTs written once: the same rows as the queryset has, whatever the values; joins, locks, lists and shapes too."""

import threading
from uuid import uuid4

import pytest
from django.db import connection, connections, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.db.utils import OperationalError

from common.written import Given, written
from identity.models import Department, Region
from tests.factories.cast import build_cast

pytestmark = pytest.mark.django_db


@written
def departments(name: Given, *, joined: bool = False) -> QuerySet[Department]:
    rows = Department.objects.filter(short_name=name).order_by("pk")
    return rows.select_related("region") if joined else rows


@written
def among(keys: Given) -> QuerySet[Department]:
    return Department.objects.filter(pk__among=keys).order_by("name")


@written
def names(region: Given) -> QuerySet[Department, str]:
    return Department.objects.filter(region=region).order_by("name").values_list("short_name", flat=True)


@written
def locked(key: Given) -> QuerySet[Department]:
    return Department.objects.select_for_update(no_key=True, nowait=True).filter(pk=key)


def test_each_call_has_the_rows_of_its_own_values(django_assert_num_queries):
    cast = build_cast()
    for one in Department.objects.all():
        assert departments(one.short_name) == list(Department.objects.filter(short_name=one.short_name).order_by("pk"))
    assert departments("没有这个") == []
    assert departments(None) == []
    with django_assert_num_queries(1):
        assert departments.one(cast.scjg.short_name, joined=True).region.name
    assert not Department._meta.get_field("region").is_cached(departments.one(cast.scjg.short_name))


def test_lists_of_any_length_are_values_of_one_statement():
    keys = list(Department.objects.values_list("pk", flat=True)) or [build_cast().scjg.pk]
    assert among(keys) == list(Department.objects.filter(pk__in=keys).order_by("name"))
    assert among(keys[:1]) == list(Department.objects.filter(pk=keys[0]))
    assert among([]) == among([uuid4()]) == []


def test_values_come_as_the_queryset_has_them():
    region = build_cast().scjg.region
    expected = list(Department.objects.filter(region=region).order_by("name").values_list("short_name", flat=True))
    assert names(region.pk) == expected != []


def test_what_is_there_is_got_and_what_is_not_is_said_so():
    scjg = build_cast().scjg
    assert departments.get(scjg.short_name) == scjg
    assert departments.one("没有") is None
    with pytest.raises(Department.DoesNotExist):
        departments.get("没有")


def test_a_value_is_never_part_of_the_statement():
    hostile = "' OR 1=1 --"
    assert departments(hostile) == []
    region = Region.objects.create(code="519999000000", name=hostile, level=5)
    made = Department.objects.create(name=hostile, short_name=hostile, region=region)
    assert departments(hostile) == [made]


def test_two_givens_and_a_subquery_keep_their_places():
    @written
    def in_region_with_another(region: Given, not_this: Given) -> QuerySet[Department]:
        others = Department.objects.filter(region=OuterRef("region")).exclude(pk=not_this)
        return Department.objects.filter(Exists(others), region=region, pk=not_this)

    cast = build_cast()
    region = cast.scjg.region
    assert Department.objects.filter(region=region).count() > 1
    assert in_region_with_another(region.pk, cast.scjg.pk) == [cast.scjg]
    assert in_region_with_another(uuid4(), cast.scjg.pk) == []


@pytest.mark.django_db(transaction=True)
def test_rows_are_locked_on_the_connection_of_the_thread_that_asks():
    scjg = build_cast().scjg
    with transaction.atomic():
        locked(scjg.pk)  # written on this connection
    seen = []

    def other() -> None:
        try:
            with transaction.atomic():
                locked(scjg.pk)
                seen.append("had it")
        except OperationalError:
            seen.append("refused")
        finally:
            connections.close_all()

    with transaction.atomic():
        assert locked(scjg.pk) == [scjg]
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
    assert seen == ["refused"]
    again = threading.Thread(target=other)
    again.start()
    again.join()
    assert seen == ["refused", "had it"]
    assert connection.is_usable()
