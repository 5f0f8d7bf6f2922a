"""The audit table takes rows and gives none back: the database itself refuses a change."""

import pytest
from django.db import IntegrityError, connection, transaction

from common import events
from common.events import Event
from common.models import AuditEvent
from identity.actor import SYSTEM

LOOKED = Event("test.looked", "thing", frozenset({"why"}))

pytestmark = pytest.mark.django_db


def _row() -> AuditEvent:
    return events.record(LOOKED, actor=SYSTEM, subject_id="1", why="test")


@pytest.mark.parametrize(
    "statement",
    ["UPDATE common_auditevent SET code = 'x'", "DELETE FROM common_auditevent", "TRUNCATE common_auditevent"],
)
def test_database_refuses_to_change_an_audit_row(statement: str) -> None:
    row = _row()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE common_auditevent ENABLE TRIGGER audit_no_truncate")
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            cursor.execute(statement)
    assert AuditEvent.objects.get().code == row.code == "test.looked"


def test_event_takes_exactly_its_declared_fields() -> None:
    with pytest.raises(ValueError, match="why"):
        events.record(LOOKED, actor=SYSTEM, subject_id="1")
    with pytest.raises(ValueError, match="extra"):
        events.record(LOOKED, actor=SYSTEM, subject_id="1", why="x", extra="y")
    assert not AuditEvent.objects.exists()


def test_record_disappears_with_the_act_that_failed() -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        _row()
        raise RuntimeError
    assert not AuditEvent.objects.exists()
