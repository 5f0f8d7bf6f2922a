"""What was put down and never handed in goes by itself, with its files."""

import datetime as dt
from uuid import uuid4

from django.utils import timezone

from certificates import erasure_actions, privacy, tasks
from certificates.trays import base, pieces
from certificates.trays.models import PieceUpload, Tray
from identity.actor import SYSTEM
from tests.certificates.test_trays import KB, a_tray, put, stored


def age(model: type, days: float) -> None:
    model.objects.update(updated_at=timezone.now() - dt.timedelta(days=days))


def test_the_night_clears_away_what_nobody_went_on_with(cast, django_capture_on_commit_callbacks):
    before = stored()
    tray = a_tray(cast)
    put(cast, tray, "red")
    upload = pieces.begin(cast.citizen, tray_id=tray.pk, name="a", size=300 * KB, mark="")
    pieces.take(cast.citizen, upload_id=upload.pk, offset=0, content=b"x" * 40 * KB)

    def night() -> None:
        with django_capture_on_commit_callbacks(execute=True):
            tasks.sweep_trays(0)

    night()
    assert (Tray.objects.count(), PieceUpload.objects.count()) == (1, 1)
    age(PieceUpload, 3)
    night()
    assert (Tray.objects.count(), PieceUpload.objects.count(), tray.sheets.count()) == (1, 0, 1)
    age(Tray, 8)
    night()
    assert not Tray.objects.exists()
    assert stored() == before
    assert erasure_actions.sweep_tray(SYSTEM, tray_id=uuid4(), untouched_since=timezone.now()) is False
    assert erasure_actions.sweep_upload(SYSTEM, upload_id=uuid4(), untouched_since=timezone.now()) is False


def test_files_on_a_tray_that_no_row_stands_for_are_swept(cast):
    tray = a_tray(cast)
    (sheet,) = put(cast, tray, "red")
    lost = base.store(b"lost")
    tomorrow = timezone.now() + dt.timedelta(days=1)
    erasure_actions.sweep_orphans(cast.citizen, before=timezone.now() - dt.timedelta(hours=1))
    assert lost.rsplit("/", 1)[-1] in stored()
    erasure_actions.sweep_orphans(cast.citizen, before=tomorrow)
    assert lost.rsplit("/", 1)[-1] not in stored()
    assert str(sheet.file.name).rsplit("/", 1)[-1] in stored()


def test_whoever_closes_the_account_leaves_no_pages_behind(cast):
    put(cast, a_tray(cast), "red")
    privacy.erase(cast.li.party)
    assert not Tray.objects.exists()
