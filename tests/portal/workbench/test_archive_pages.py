"""归档: the list with its filters, one package, its download, and a hold by form."""

import datetime as dt
import hashlib

from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone

from cases.archive.models import ArchiveHold, ArchivePackage
from cases.models import Case
from common.models import AuditEvent
from tests.factories import moves
from tests.factories.workbench import browser_of

LIST = reverse("workbench_archive")


def archived(cast, number: int = 1, **more) -> ArchivePackage:
    case = moves.a_submitted_case(cast)
    Case.objects.filter(pk=case.pk).update(state="withdrawn", closed_at=timezone.now())
    package = ArchivePackage(
        case=case,
        department=cast.scjg,
        state="sealed",
        number=f"ZW-{number}",
        **{"retention": "D10", "due_on": dt.date(2037, 1, 1), **more},
        closed_on=dt.date(2026, 1, 5),
        sealed_at=timezone.now(),
        sha256="c" * 64,
        parts=3,
    )
    package.file.save("archive/one.zip", ContentFile(b"PK"), save=False)
    package.save()
    return package


def page_of(package) -> str:
    return reverse("workbench_archive_case", args=[package.case_id])


def test_the_list_filters_and_counts_its_queries(cast, django_assert_num_queries):
    one = archived(cast)
    archived(cast, 2, retention="Y", due_on=None)
    late = archived(cast, 3, due_on=dt.date(2026, 1, 1))
    client = browser_of(cast.decider)
    client.get(LIST)
    with django_assert_num_queries(6):
        page = client.get(LIST).content.decode()
    assert "ZW-1" in page
    assert "ZW-2" in page
    assert "ZW-2" not in client.get(LIST, {"retention": "D10"}).content.decode()
    due = client.get(LIST, {"state": "due"}).content.decode()
    assert late.number in due
    assert one.number not in due
    found = client.get(LIST, {"text": one.case.number}).content.decode()
    assert one.number in found
    assert late.number not in found


def test_a_hold_is_asked_for_and_confirmed_by_another(cast):
    package = archived(cast)
    client = browser_of(cast.decider)
    short = client.post(page_of(package), {"step": "ask", "reason": "短"})
    assert short.status_code == 422
    assert "5 到 500" in short.content.decode()
    assert not ArchiveHold.objects.exists()
    assert client.post(page_of(package), {"step": "ask", "reason": "行政复议 12 号"}).status_code == 302
    hold = ArchiveHold.objects.get()
    own = client.post(page_of(package), {"step": "confirm", "hold": hold.pk})
    assert own.status_code == 403
    assert "另一个人" in own.content.decode()
    assert "ZW-1" in client.get(LIST, {"state": "held"}).content.decode()
    client = browser_of(cast.supervisor)
    assert client.post(page_of(package), {"step": "confirm", "hold": "没有"}).status_code == 409
    assert client.post(page_of(package), {"step": "confirm", "hold": hold.pk}).status_code == 302
    hold.refresh_from_db()
    assert hold.state == "held"
    again = client.post(page_of(package), {"step": "confirm", "hold": hold.pk})
    assert again.status_code == 409
    assert "暂停销毁状态已经变了" in again.content.decode()


def test_a_download_is_what_was_sealed_or_nothing_and_is_recorded(cast):

    package = archived(cast)
    client = browser_of(cast.supervisor)
    address = reverse("workbench_archive_file", args=[package.case_id])
    assert client.get(address).status_code == 409  # the stored bytes have another hash
    assert not AuditEvent.objects.filter(code="archive.read").exists()
    ArchivePackage.objects.update(sha256=hashlib.sha256(b"PK").hexdigest())
    answer = client.get(address)
    assert answer.content == b"PK"
    assert answer.headers["Content-Type"] == "application/zip"
    assert AuditEvent.objects.get(code="archive.read").holder_id == package.case.applicant_id


def test_what_could_not_be_sealed_is_asked_for_again(cast, django_capture_on_commit_callbacks):
    package = archived(cast)
    ArchivePackage.objects.update(state="problem", problem="文书还没有生成", number=None)
    client = browser_of(cast.decider)
    assert "文书还没有生成" in client.get(page_of(package)).content.decode()
    with django_capture_on_commit_callbacks() as asked:
        assert client.post(reverse("workbench_archive_retry", args=[package.case_id])).status_code == 302
    assert len(asked) == 1
