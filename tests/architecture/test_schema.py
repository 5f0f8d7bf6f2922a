"""The database holds every index and constraint that the models promise: a step between two states can lose one."""

import pytest
from django.apps import apps
from django.db import connection

ROOMS = ("common", "identity", "certificates", "services", "cases")


@pytest.mark.django_db
@pytest.mark.parametrize("room", ROOMS)
def test_every_promised_index_and_constraint_is_there(room):
    missing = []
    with connection.cursor() as cursor:
        for model in apps.get_app_config(room).get_models():
            there = connection.introspection.get_constraints(cursor, model._meta.db_table)
            promised = [*model._meta.indexes, *model._meta.constraints]
            missing += [f"{model._meta.label}: {one.name}" for one in promised if one.name not in there]
    assert missing == []


@pytest.mark.django_db
def test_triggers_that_keep_histories_are_there():
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")
        there = {name for (name,) in cursor.fetchall()}
    wanted = {"case_history_no_change", "case_history_no_delete", "consultation_no_change", "consultation_no_delete"}
    assert wanted | {"place_follows_item"} <= there
