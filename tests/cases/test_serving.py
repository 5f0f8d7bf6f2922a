"""A notice that nobody opens is delivered otherwise, and each way is proved."""

import datetime as dt

import pytest
from django.utils import timezone

from cases import notices
from cases.models import Case, Notice
from cases.serving import actions, errors, queries
from cases.serving.delivered import delivered_on
from cases.serving.models import NoticeService
from cases.serving.rules import deemed_on
from common.errors import Forbidden
from common.models import AuditEvent
from common.workdays import for_region
from identity.models import Announcement
from tests.factories import moves
from tests.factories.cast import build_cast
from tests.factories.threads import at_once

TODAY = timezone.localdate


@pytest.fixture
def notice(cast) -> Notice:
    return moves.an_accepted_case(cast).notices.get(kind=Notice.Kind.ACCEPTANCE)


def state() -> list[object]:
    return [*NoticeService.objects.values_list("state", "delivered_on"), AuditEvent.objects.count()]


def _later(notice: Notice, days: int) -> dt.date:
    return for_region(notice.case.department.region.code).add(notice.issued_on, days)


def test_after_five_working_days_the_reader_is_reminded_once_and_after_ten_the_counter_is_asked_once(cast, notice):
    assert actions.remind_or_ask(today=_later(notice, 5)) == 0
    sixth = _later(notice, 5) + dt.timedelta(days=1)
    for _night in range(2):
        actions.remind_or_ask(today=sixth)
    assert Announcement.objects.filter(event="case.notice_unread", about=notice.pk).count() == 1
    assert not NoticeService.objects.exists()
    late = _later(notice, 10) + dt.timedelta(days=1)
    assert actions.remind_or_ask(today=late) == 1
    assert actions.remind_or_ask(today=late) == 0
    assert [row.notice_id for row in queries.to_do(cast.clerk)] == [notice.pk]
    assert not queries.to_do(cast.outsider).exists()


def test_receipts_and_what_was_read_are_left_alone(cast, notice):
    Notice.objects.filter(pk=notice.pk).update(read_at=timezone.now())
    assert actions.remind_or_ask(today=_later(notice, 20)) == 0
    assert not NoticeService.objects.exists()


def test_paper_against_a_signature_gives_the_day_of_delivery(cast, notice):
    actions.record_paper(cast.clerk, notice_id=notice.pk, signer="李清荷", signer_kind="self", delivered_on=TODAY())
    fresh = queries.get_notice(cast.clerk, notice.pk)
    assert delivered_on(fresh) == (TODAY(), "当面送达")
    before = state()
    with pytest.raises(errors.ServiceMoved):
        actions.record_paper(cast.clerk, notice_id=notice.pk, signer="别人", signer_kind="self", delivered_on=TODAY())
    assert state() == before


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"signer": " "}, "signer"),
        ({"signer_kind": "neighbour"}, "signer_kind"),
        ({"delivered_on": dt.date(2999, 1, 1)}, "delivered_on"),
        ({"delivered_on": dt.date(2000, 1, 1)}, "delivered_on"),
    ],
)
def test_a_signature_that_cannot_be_is_refused(cast, notice, wrong, field):
    before = state()
    values = {"signer": "李清荷", "signer_kind": "self", "delivered_on": TODAY(), **wrong}
    with pytest.raises(errors.ServiceInvalid) as refused:
        actions.record_paper(cast.clerk, notice_id=notice.pk, **values)
    assert set(refused.value.fields) == {field}
    assert state() == before


def test_what_the_post_brings_back_goes_another_way_and_what_it_delivers_is_done(cast, notice):
    post = {"notice_id": notice.pk, "tracking": "EA123456789CN", "posted_on": TODAY()}
    actions.record_posting(cast.clerk, **post)
    actions.record_return(cast.clerk, notice_id=notice.pk, reason="查无此人")
    actions.record_posting(cast.clerk, **post)
    actions.record_receipt(cast.clerk, notice_id=notice.pk, delivered_on=TODAY())
    assert delivered_on(queries.get_notice(cast.clerk, notice.pk)) == (TODAY(), "邮寄送达")


@pytest.mark.parametrize("tracking", ["", "12", "邮件号", "EA 1234567", "x" * 61])
def test_a_number_no_post_has_is_refused(cast, notice, tracking):
    before = state()
    with pytest.raises(errors.ServiceInvalid):
        actions.record_posting(cast.clerk, notice_id=notice.pk, tracking=tracking, posted_on=TODAY())
    assert state() == before


def test_a_public_notice_counts_after_thirty_days_and_masks_the_name(cast, notice):
    with pytest.raises(errors.ServiceInvalid):
        actions.publish(cast.clerk, notice_id=notice.pk, reason="无")
    actions.publish(cast.clerk, notice_id=notice.pk, reason="电话三次无人接听，邮件退回")
    row = NoticeService.objects.get()
    assert row.published_on == TODAY()
    shown = queries.as_public(queries.published().get())
    assert (shown.number, shown.deemed_on) == (notice.number, TODAY() + dt.timedelta(days=30))
    assert "电话" not in str(shown)
    assert actions.deem_delivered(today=deemed_on(TODAY())) == 0  # the thirtieth day is not over
    assert actions.deem_delivered(today=deemed_on(TODAY()) + dt.timedelta(days=1)) == 1
    row.refresh_from_db()
    assert (row.state, row.delivered_on) == ("done", deemed_on(TODAY()))
    assert not queries.published().exists()


def test_a_persons_name_is_masked_in_public(cast, notice):
    Case.objects.filter(pk=notice.case_id).update(applicant=cast.li.party)
    actions.publish(cast.clerk, notice_id=notice.pk, reason="电话三次无人接听")
    assert queries.as_public(queries.published().get()).addressee == "李**"


def test_opening_it_after_all_ends_the_task(cast, notice, settings, key_folder):
    settings.KEY_DIR = key_folder
    actions.publish(cast.clerk, notice_id=notice.pk, reason="电话三次无人接听")
    notices.read(cast.citizen, notices.produce_file(notice_id=notice.pk))
    assert delivered_on(queries.get_notice(cast.clerk, notice.pk)) == (TODAY(), "网上送达")
    assert not queries.to_do(cast.clerk).exists()
    with pytest.raises(errors.ServiceMoved):
        actions.record_paper(cast.clerk, notice_id=notice.pk, signer="李", signer_kind="self", delivered_on=TODAY())


def test_whoever_does_not_take_in_applications_there_delivers_nothing(cast, notice):
    before = state()
    for actor, refusal in (
        (cast.outsider, errors.ServiceNotFound),
        (cast.citizen, errors.ServiceNotFound),
        (cast.decider, Forbidden),
        (cast.supervisor, Forbidden),
    ):
        with pytest.raises(refusal):
            actions.publish(actor, notice_id=notice.pk, reason="电话三次无人接听")
    assert state() == before


@pytest.mark.django_db(transaction=True)
def test_two_clerks_at_once_make_one_delivery():
    cast = build_cast()
    notice = moves.an_accepted_case(cast).notices.get(kind=Notice.Kind.ACCEPTANCE)
    Notice.objects.filter(pk=notice.pk).update(file="x.pdf")
    notice.refresh_from_db()

    def signed() -> None:
        actions.record_paper(cast.clerk, notice_id=notice.pk, signer="李", signer_kind="self", delivered_on=TODAY())

    def published() -> None:
        actions.publish(cast.clerk, notice_id=notice.pk, reason="电话三次无人接听")

    results = at_once(signed, published)
    rows = list(NoticeService.objects.all())
    assert len(rows) == 1
    assert (rows[0].state == "done") == (results[0] is None)
