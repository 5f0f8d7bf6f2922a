"""An error on a certificate is reported to its issuer, answered there, and told to the holder."""

import pytest

from certificates.actions import correct
from certificates.errors import CertificateNotFound
from certificates.models import Certificate, TypeDuty
from certificates.transitions import Stated
from certificates.wallet import reports
from certificates.wallet.errors import NotReportable, ReportClosed, ReportInvalid, ReportNotFound
from certificates.wallet.models import ErrorReport, ReportMessage
from certificates.wallet.report_actions import explain, report_error, withdraw_report
from tests.factories.cast import Cast, build_cast
from tests.factories.catalogue import a_post
from tests.factories.mandates import an_agent, some_terms
from tests.factories.phones import texts_to
from tests.factories.threads import at_once

WORDS = "住所写成了人民路18号，应为81号"


def reported(cast: Cast, text: str = WORDS) -> ErrorReport:
    return report_error(cast.citizen, certificate_id=cast.licence.pk, text=text).report


def test_it_waits_for_the_issuers_posts_and_nobody_else(cast: Cast):
    report = reported(cast)
    assert report.due_on is not None
    assert list(reports.open_for_staff(cast.decider)) == [report]
    for other in (cast.outsider, cast.clerk, cast.food, cast.citizen):
        assert not reports.open_for_staff(other).exists()
        with pytest.raises(ReportNotFound):
            reports.get_for_staff(other, report.pk)


def test_where_the_type_names_posts_others_know_of_none(cast: Cast):
    report = reported(cast)
    TypeDuty.objects.create(type=cast.licence.type, right="change", post=a_post(cast.scjg, "更正科"))
    assert not reports.for_staff(cast.decider).exists()
    with pytest.raises(ReportNotFound):
        explain(cast.decider, report_id=report.pk, text="登记时就是这样写的")
    assert ErrorReport.objects.get().state == "open"


def test_what_is_reported_again_is_added_to_the_open_one(cast: Cast):
    first = reported(cast)
    again = report_error(cast.citizen, certificate_id=cast.licence.pk, text="还有，名称少了一个字")
    assert (again.report, again.is_new) == (first, False)
    assert [row.text for row in reports.thread(first)] == [WORDS, "还有，名称少了一个字"]


@pytest.mark.django_db(transaction=True)
def test_two_reports_at_once_are_one():
    cast = build_cast()
    results = at_once(*[lambda: reported(cast).pk] * 2)
    assert results[0] == results[1]
    assert ErrorReport.objects.count() == 1
    assert ReportMessage.objects.count() == 2


def test_a_correction_closes_it_and_tells_the_holder(cast: Cast):
    report = reported(cast)
    after = correct(
        cast.decider,
        certificate_id=cast.licence.pk,
        face={"address": "示范市中心区人民路81号"},
        stated=Stated(reason="登记有误", legal_basis="条例"),
    )
    report.refresh_from_db()
    assert (report.state, report.corrected_to) == ("corrected", after)
    assert "已经更正" in texts_to("13900000001")[-1]
    assert list(reports.of_certificate(cast.citizen, after)) == [report]


def test_an_explanation_closes_it_and_tells_the_holder_once(cast: Cast):
    report = reported(cast)
    with pytest.raises(ReportInvalid):
        explain(cast.decider, report_id=report.pk, text=" ")
    assert ErrorReport.objects.get().state == "open"
    for _press in range(2):
        explain(cast.decider, report_id=report.pk, text="与登记档案一致，不更正", request_key="k")
    assert ErrorReport.objects.get().state == "explained"
    assert len(texts_to("13900000001")) == 1
    assert [row.is_issuers for row in reports.thread(report)] == [False, True]
    with pytest.raises(ReportClosed):
        explain(cast.decider, report_id=report.pk, text="再说明一次也不行", request_key="k2")
    assert ReportMessage.objects.count() == 2


def test_the_holder_takes_it_back_and_may_report_anew(cast: Cast):
    report = reported(cast)
    with pytest.raises(ReportNotFound):
        withdraw_report(cast.stranger, report_id=report.pk)
    withdraw_report(cast.citizen, report_id=report.pk)
    with pytest.raises(ReportClosed):
        withdraw_report(cast.citizen, report_id=report.pk)
    assert reported(cast).pk != report.pk


@pytest.mark.parametrize("text", ["", "错", "长" * 501])
def test_words_are_needed_and_limited(cast: Cast, text: str):
    with pytest.raises(ReportInvalid):
        reported(cast, text)
    assert not ErrorReport.objects.exists()


def test_refusals_report_nothing(cast: Cast):
    with pytest.raises(CertificateNotFound):
        report_error(cast.stranger, certificate_id=cast.licence.pk, text=WORDS)
    agent = an_agent(cast, terms=some_terms(may_use_wallet=False))
    with pytest.raises(CertificateNotFound):
        report_error(agent, certificate_id=cast.licence.pk, text=WORDS)
    Certificate.objects.update(state="cancelled")
    with pytest.raises(NotReportable):
        reported(cast)
    assert not ErrorReport.objects.exists()
