"""A removed file goes when nobody needs it any more, provably; nothing else goes."""

import datetime as dt

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from cases.models import Case
from certificates import errors, locker, queries, tasks
from certificates.erasure_actions import erase_file, sweep_orphans
from certificates.models import Document, Grant
from common.models import AuditEvent
from identity.actor import SYSTEM
from tests.factories import moves
from tests.factories.cast import a_picture, build_cast
from tests.factories.threads import at_once


def put(cast, name: str = "图.png", *, size: int = 20, owner=None) -> Document:
    return locker.upload_document(
        cast.citizen,
        owner_id=owner or cast.shop.pk,
        kind="lease",
        name="租约",
        upload=a_picture(name, size=size),
        for_case=True,
    )


def is_there(name: str) -> bool:
    return default_storage.exists(name)


def is_erased(document: Document) -> bool:
    return Document.objects.get(pk=document.pk).erased_at is not None


def remove(cast, document: Document) -> None:
    locker.remove_document(cast.citizen, document_id=document.pk)
    Document.objects.filter(pk=document.pk).update(removed_at=timezone.now() - dt.timedelta(days=2))


def night(django_capture_on_commit_callbacks) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        tasks.erase_removed_documents(timestamp=0)


def test_what_was_removed_goes_and_the_row_tells_what_and_when(cast, django_capture_on_commit_callbacks):
    document, kept = put(cast), put(cast, size=30)
    name, used = document.file.name, queries.used_bytes(cast.citizen)
    remove(cast, document)
    assert queries.used_bytes(cast.citizen) == used - document.size
    night(django_capture_on_commit_callbacks)
    gone = Document.objects.get(pk=document.pk)
    assert not is_there(name)
    assert (gone.file.name, gone.file_name, gone.erased_at is None, gone.sha256) == ("", "", False, document.sha256)
    assert AuditEvent.objects.get(code="document.file_erased").detail == {
        "sha256": document.sha256,
        "size": document.size,
        "reason": "removed",
    }
    with pytest.raises(errors.DocumentErased):
        queries.read_document(SYSTEM, gone)
    assert is_there(kept.file.name)


def test_a_file_lives_as_long_as_the_longest_lived_case_that_used_it(cast, django_capture_on_commit_callbacks):
    case = moves.a_submitted_case(cast)
    document = case.materials.get(requirement__key="premises").document
    remove(cast, document)
    night(django_capture_on_commit_callbacks)
    assert not is_erased(document)

    long_ago = timezone.now() - dt.timedelta(days=366 * 10 + 1)
    Case.objects.filter(pk=case.pk).update(state="withdrawn", closed_at=long_ago)
    night(django_capture_on_commit_callbacks)
    assert not is_erased(document)  # its grant is still open
    Grant.objects.filter(document=document).update(ends_at=long_ago)
    Case.objects.filter(pk=case.pk).update(closed_at=timezone.now())
    night(django_capture_on_commit_callbacks)
    assert not is_erased(document)
    Case.objects.filter(pk=case.pk).update(closed_at=long_ago)
    night(django_capture_on_commit_callbacks)
    assert is_erased(document)


def test_a_draft_keeps_what_its_owner_removed_from_the_locker(cast, django_capture_on_commit_callbacks):
    case = moves.a_ready_draft(cast)
    document = case.materials.get(requirement__key="premises").document
    remove(cast, document)
    night(django_capture_on_commit_callbacks)
    assert is_there(document.file.name)


def test_the_same_content_of_one_owner_is_one_file_until_the_last_one_goes(cast, django_capture_on_commit_callbacks):
    first, second = put(cast), put(cast, "又一次.png")
    other = put(cast, owner=cast.li.pk)
    assert first.file.name == second.file.name != other.file.name
    assert first.sha256 == other.sha256
    assert first.sha256 not in first.file.name
    remove(cast, first)
    night(django_capture_on_commit_callbacks)
    assert is_there(second.file.name)
    remove(cast, second)
    night(django_capture_on_commit_callbacks)
    assert not is_there(second.file.name)
    assert is_there(other.file.name)
    again = put(cast)
    assert is_there(again.file.name)


def test_what_was_not_removed_is_not_erased(cast):
    document = put(cast)
    assert erase_file(SYSTEM, document_id=document.pk) is False
    assert Document.objects.get(pk=document.pk).erased_at is None
    assert is_there(document.file.name)
    assert not AuditEvent.objects.filter(code="document.file_erased").exists()


def test_an_office_s_record_is_not_the_owner_s_to_destroy(cast, django_capture_on_commit_callbacks):
    document = put(cast)
    Document.objects.filter(pk=document.pk).update(kind="mandate-original")
    remove(cast, document)
    night(django_capture_on_commit_callbacks)
    assert is_there(document.file.name)


def test_files_of_uploads_that_broke_off_are_swept_when_they_are_old(cast):
    document = put(cast)
    orphan = default_storage.save("locker/zz/orphan.pdf", ContentFile(b"left behind"))
    assert sweep_orphans(SYSTEM, before=timezone.now() - dt.timedelta(hours=1)) == 0
    assert is_there(orphan)
    assert sweep_orphans(SYSTEM, before=timezone.now() + dt.timedelta(hours=1)) >= 1
    assert not is_there(orphan)
    assert is_there(document.file.name)
    assert AuditEvent.objects.filter(code="document.orphans_swept").exists()


@pytest.mark.django_db(transaction=True)
def test_the_same_content_put_in_while_the_old_one_goes_is_there_afterwards():
    cast = build_cast()
    document = put(cast)
    remove(cast, document)
    at_once(lambda: erase_file(SYSTEM, document_id=document.pk), lambda: put(cast, "新.png"))
    kept = Document.objects.get(removed_at=None)
    assert is_there(kept.file.name)
    assert Document.objects.get(pk=document.pk).erased_at is not None
