"""档案销毁 as browsers meet it: proposed by one, approved by another, its progress and its record."""

import datetime as dt

import pytest
from django.urls import reverse

from cases import tasks
from cases.archive.models import DestructionList
from cases.models import Case
from common.models import AuditEvent
from tests.factories.workbench import browser_of
from tests.portal.workbench.test_archive_pages import archived

ALL = reverse("archive_destructions")
WHY = "保管期满，没有继续保存的价值"


@pytest.fixture(autouse=True)
def _keys(settings, key_folder):
    settings.KEY_DIR = key_folder


def propose(cast, **change):
    given = {"department": str(cast.scjg.pk), "reason": WHY, "checked": "on", **change}
    return browser_of(cast.decider).post(ALL, {name: value for name, value in given.items() if value})


def test_one_proposes_another_approves_and_both_read_the_record(cast, django_assert_max_num_queries):
    package = archived(cast, due_on=dt.date(2026, 1, 1))
    archived(cast, 2, due_on=dt.date(2126, 1, 1))
    first, second = browser_of(cast.decider), browser_of(cast.supervisor)
    with django_assert_max_num_queries(7):  # session, account, post; what is due; the lists; waiting count
        page = first.get(ALL).content.decode()
    assert "（1 份）" in page
    answer = propose(cast)
    assert answer.status_code == 302
    address = answer.headers["Location"]
    assert "等另一个人审批" in first.get(address).content.decode()
    own = first.post(address, {"step": "approve", "checked": "on"})
    assert (own.status_code, DestructionList.objects.get().state) == (403, "proposed")
    unread = second.post(address, {"step": "approve"})
    assert (unread.status_code, DestructionList.objects.get().state) == (422, "proposed")
    assert "请先核对" in unread.content.decode()
    assert second.post(address, {"step": "approve", "checked": "on", "note": "同意"}).status_code == 302
    running = second.get(address).content.decode()
    assert 'hx-trigger="every 3s"' in running
    made = DestructionList.objects.get()
    tasks.destroy_archive(list_id=str(made.pk))
    with django_assert_max_num_queries(9):
        done = first.get(address).content.decode()
    assert made.number in done
    assert "every 3s" not in done
    record = first.get(reverse("archive_destruction_file", args=[made.pk, "record"]))
    assert (record.headers["Content-Type"], record.content[:4]) == ("application/pdf", b"%PDF")
    manifest = second.get(reverse("archive_destruction_file", args=[made.pk, "manifest"]))
    assert manifest.json()["packages"][0]["number"] == package.number
    assert AuditEvent.objects.filter(code="archive.destruction_read").count() == 2
    gone = first.get(reverse("workbench_archive_case", args=[package.case_id])).content.decode()
    assert "按销毁清册销毁" in gone
    assert "<textarea" not in gone  # nothing is held any more
    assert first.get(reverse("workbench_archive_file", args=[package.case_id])).status_code == 409
    notice = Case.objects.get(pk=package.case_id).notices.first()
    assert notice is not None
    late = second.post(address, {"step": "withdraw"})
    assert late.status_code == 409
    assert "已销毁" in late.content.decode()


@pytest.mark.parametrize("change", [{"reason": ""}, {"reason": "短"}, {"checked": ""}, {"department": "x"}])
def test_a_proposal_that_lacks_something_says_so_beside_it(cast, change):
    archived(cast, due_on=dt.date(2026, 1, 1))
    answer = propose(cast, **change)
    assert answer.status_code == 422
    assert "error-summary" in answer.content.decode()
    assert not DestructionList.objects.exists()


def test_nothing_due_is_said(cast):
    archived(cast)
    assert "现在没有可以鉴定销毁的档案" in browser_of(cast.decider).get(ALL).content.decode()
    assert browser_of(cast.decider).post(ALL, {"reason": WHY}).status_code == 422
    assert browser_of(cast.decider).get(reverse("archive_destruction", args=[cast.scjg.pk])).status_code == 404


def test_a_proposal_is_withdrawn_or_turned_down_with_a_reason(cast):
    archived(cast, due_on=dt.date(2026, 1, 1))
    address = propose(cast).headers["Location"]
    assert browser_of(cast.supervisor).post(address, {"step": "reject"}).status_code == 422
    assert browser_of(cast.supervisor).post(address, {"step": "nothing"}).status_code == 422
    assert DestructionList.objects.get().state == "proposed"
    assert browser_of(cast.decider).post(address, {"step": "withdraw"}).status_code == 302
    assert DestructionList.objects.get().state == "withdrawn"
