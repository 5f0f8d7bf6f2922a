"""证照报错: the issuer's posts see what holders report, correct the certificate or explain."""

from django.urls import reverse

from certificates.models import Certificate
from certificates.wallet.models import ErrorReport
from certificates.wallet.report_actions import report_error
from common.ids import uuid7
from common.models import AuditEvent
from tests.factories.cast import Cast
from tests.factories.phones import texts_to
from tests.factories.workbench import browser_of

WORDS = "住所写成了人民路18号"


def a_report(cast: Cast) -> ErrorReport:
    return report_error(cast.citizen, certificate_id=cast.licence.pk, text=WORDS).report


def test_the_issuers_decider_finds_it_and_others_do_not(cast: Cast):
    report = a_report(cast)
    place = reverse("workbench_error_report", args=[report.pk])
    assert "证照报错" in browser_of(cast.decider).get(reverse("workbench_certificates")).content.decode()
    listed = browser_of(cast.decider).get(reverse("workbench_error_reports")).content.decode()
    assert place in listed
    assert WORDS in browser_of(cast.decider).get(place).content.decode()
    assert AuditEvent.objects.filter(code="error_report.read", holder_id=cast.shop.pk).count() == 1
    for other in (cast.outsider, cast.food, cast.clerk):
        assert place not in browser_of(other).get(reverse("workbench_error_reports")).content.decode()
        assert browser_of(other).get(place).status_code == 404
        assert browser_of(other).post(place, {"text": "与登记一致的", "request_key": "k"}).status_code == 404
    assert ErrorReport.objects.get().state == "open"


def test_an_explanation_needs_words_and_is_told_once(cast: Cast):
    place = reverse("workbench_error_report", args=[a_report(cast).pk])
    desk = browser_of(cast.decider)
    for text in ("", "短", "x\x00" * 5):
        assert desk.post(place, {"text": text, "request_key": "k"}).status_code == 422
    assert ErrorReport.objects.get().state == "open"
    assert desk.post(place, {"text": "与登记档案一致，不更正", "request_key": "k"}).status_code == 302
    assert desk.post(place, {"text": "与登记档案一致，不更正", "request_key": "other"}).status_code == 409
    assert ErrorReport.objects.get().state == "explained"
    assert len(texts_to("13900000001")) == 1


def test_correcting_the_certificate_by_its_usual_page_closes_the_report(cast: Cast):
    a_report(cast)
    given = {"request_key": str(uuid7()), "reason": "登记有误", "legal_basis": "条例", "face_address": "人民路81号"}
    browser_of(cast.decider).post(reverse("certificate_correct", args=[cast.licence.pk]), given)
    report = ErrorReport.objects.get()
    assert (report.state, report.corrected_to) == ("corrected", Certificate.objects.get(version=2))
    listed = browser_of(cast.decider).get(reverse("workbench_error_reports") + "?show=all").content.decode()
    assert "已更正" in listed
