"""The inbox, its count in the header, wishes, and progress by a code to the phone of a case."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.models import Case
from cases.serving import actions as serving
from cases.serving.models import NoticeService
from common.models import AuditEvent
from identity.messaging import announcing
from identity.models import Announcement, MessagePreference, Notification, OutboxMessage
from tests.factories import moves
from tests.factories.cast import Cast, build_cast
from tests.factories.phones import last_code, texts_to

PHONE = "13900000001"


@pytest.fixture
def cast(db) -> Cast:
    found = build_cast()
    found.li.phone = PHONE
    found.li.save()
    return found


@pytest.fixture
def case(cast) -> Case:
    found = moves.an_accepted_case(cast)
    spread()
    return found


def spread() -> None:
    for row in Announcement.objects.filter(spread_at=None).order_by("created_at"):
        announcing.spread(announcement_id=row.pk)


def browser(account) -> Client:
    client = Client()
    client.force_login(account, backend="identity.backends.PhoneOrIdBackend")
    return client


@pytest.fixture
def li(cast) -> Client:
    return browser(cast.account)


def test_an_application_is_told_at_each_step_in_the_inbox_and_by_phone(case, li):
    page = li.get(reverse("my_messages")).content.decode()
    assert "申请已收到" in page
    assert "申请已受理" in page
    assert case.item_version.name in page
    assert "2 条未读" in page
    texts = texts_to(PHONE)
    assert len(texts) == 2
    assert all(case.number in text and case.item_version.name not in text for text in texts)


def test_opening_a_message_marks_it_and_leads_to_its_case(case, li):
    row = Notification.objects.latest("id")
    answer = li.post(reverse("open_message", args=[row.pk]))
    assert answer["Location"] == reverse("my_case", args=[case.pk])
    row.refresh_from_db()
    first = row.read_at
    li.post(reverse("open_message", args=[row.pk]))
    row.refresh_from_db()
    assert row.read_at == first
    li.post(reverse("read_messages"))
    assert not Notification.objects.filter(read_at=None).exists()
    assert "没有消息" in li.get(reverse("my_messages") + "?show=unread").content.decode()


def test_the_count_in_the_header_costs_no_query_of_its_own(case, li):
    with CaptureQueriesContext(connection) as asked:
        page = li.get(reverse("my_account")).content.decode()
    assert "条未读" in page
    counting = [query["sql"] for query in asked if "identity_notification" in query["sql"]]
    assert len(counting) == 1  # the account's own
    assert "identity_account" in counting[0]
    assert "LIMIT 100" in counting[0]


def test_the_inbox_asks_as_much_for_twenty_messages_as_for_one(case, li, django_assert_num_queries):
    for _more in range(18):
        one = Announcement.objects.create(event="case.received", key=f"k{_more}", about=case.pk, link="/")
        Notification.objects.create(announcement=one, person_id=case.agent_id, group="legal", title="一", body="二")
    # session, account, count of pages, one page with its announcements, unread
    with django_assert_num_queries(5):
        li.get(reverse("my_messages"))


def test_wishes_are_kept_and_an_unknown_one_is_refused(case, li):
    url = reverse("message_settings")
    sent = {"portal": ["progress"], "sms": ["legal"], "language": "en"}
    assert li.post(url, sent).status_code == 302
    row = MessagePreference.objects.get()
    assert row.off == ["portal:reminder", "sms:progress", "sms:reminder"]
    assert row.language == "en"
    assert li.post(url, {**sent, "sms": ["everything"]}).status_code == 422
    assert li.post(url, {**sent, "language": "xx"}).status_code == 422
    row.refresh_from_db()
    assert row.language == "en"


def test_an_address_that_is_none_is_told_at_its_field(case, li, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    answer = li.post(reverse("message_email"), {"email": "li@"})
    assert answer.status_code == 422
    assert "电子邮箱的写法不对" in answer.content.decode()
    assert li.post(reverse("message_email"), {"email": "li@example.com"}).status_code == 302
    code = OutboxMessage.objects.get(channel="email").text
    assert li.post(reverse("message_email_code"), {"code": "000000"}).status_code == 422
    digits = "".join(letter for letter in code if letter.isdigit())[:6]
    assert li.post(reverse("message_email_code"), {"code": digits}).status_code == 302
    assert MessagePreference.objects.get().email == "li@example.com"


def ask(client: Client, number: str, phone: str):
    return client.post(reverse("progress_phone"), {"number": number, "phone": phone})


def test_number_and_phone_of_a_case_open_its_progress_without_signing_in(case):
    guest = Client()
    assert ask(guest, case.number, PHONE)["Location"] == reverse("progress_code")
    assert guest.get(reverse("progress_case"))["Location"] == reverse("progress_phone")
    answer = guest.post(reverse("progress_code"), {"code": last_code(PHONE)})
    assert answer["Location"] == reverse("progress_case")
    page = guest.get(reverse("progress_case")).content.decode()
    assert case.item_version.name in page
    assert "现在由谁办" in page
    for secret in ("李清荷", "青禾", PHONE):
        assert secret not in page
    assert AuditEvent.objects.filter(code="case.progress_read").count() == 1


def test_the_answer_is_the_same_whether_number_and_phone_fit_or_not(case):
    before = OutboxMessage.objects.count()
    pages = []
    wrong = [(case.number, "13900000099"), ("519900261122000000010", PHONE), (case.number, PHONE)]
    for number, phone in wrong:
        guest = Client()
        answer = ask(guest, number, phone)
        if answer.status_code == 422:  # that number has another check digit
            continue
        pages.append(answer["Location"])
        assert guest.post(reverse("progress_code"), {"code": "000000"}).status_code == 422
    assert set(pages) == {reverse("progress_code")}
    assert OutboxMessage.objects.count() == before + 1  # only to the phone of the case


def test_asking_too_often_is_refused(case):
    guest = Client()
    for _try in range(3):
        ask(guest, case.number, PHONE)
    answer = ask(guest, case.number, PHONE)
    assert answer.status_code == 422


def test_a_public_notice_is_read_by_anybody_and_shows_no_more_than_it_must(cast, case):
    notice = case.notices.get(kind="acceptance")
    serving.publish(cast.clerk, notice_id=notice.pk, reason="电话三次无人接听")
    page = Client().get(reverse("public_notices")).content.decode()
    assert notice.number in page
    assert "第九十五条" in page
    assert "电话" not in page.replace("电话咨询", "")
    assert case.item_version.name not in page


def test_the_counter_records_a_delivery_and_the_case_shows_its_day(cast, case, li):
    clerk = Client()
    clerk.force_login(
        type(cast.account).objects.get(pk=cast.clerk.account_id), backend="identity.backends.PhoneOrIdBackend"
    )
    notice = case.notices.get(kind="acceptance")
    url = reverse("workbench_service_step", args=[notice.pk, "paper"])
    assert clerk.post(url, {"paper-signer": "", "paper-delivered_on": "昨天"}).status_code == 422
    assert not NoticeService.objects.exists()
    sent = {"paper-signer": "李清荷", "paper-signer_kind": "self", "paper-delivered_on": str(notice.issued_on)}
    assert clerk.post(url, sent).status_code == 302
    assert clerk.post(url, sent).status_code == 409
    assert "当面送达" in clerk.get(reverse("workbench_service", args=[notice.pk])).content.decode()
    assert NoticeService.objects.get().signer == "李清荷"
