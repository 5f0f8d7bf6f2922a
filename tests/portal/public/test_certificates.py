"""The wallet, one certificate and its file."""

from django.core.files.base import ContentFile
from django.test import Client

from certificates import grants
from certificates.actions import change_state
from certificates.models import Certificate, CertificateType
from certificates.states import Operation
from common.models import AuditEvent
from tests.factories.cast import Cast
from tests.factories.visitors import address


def test_the_wallet_shows_only_what_the_acting_party_holds(cast: Cast, shop: Client, li: Client):
    assert cast.licence.number in shop.get(address("wallet")).content.decode()
    assert "还没有证照" in li.get(address("wallet")).content.decode()


def test_the_wallet_takes_two_queries_of_its_own(cast: Cast, shop: Client, django_assert_num_queries):
    with django_assert_num_queries(5):  # session, account, organisation; count, page
        shop.get(address("wallet"))


def test_a_certificate_shows_its_face_its_code_and_who_used_it(cast: Cast, shop: Client):
    wanted = grants.Wanted("食品安全法", cast.shop.pk, certificate_id=cast.licence.pk)
    given = {"case_number": "519900261122010000014", "purpose": "食品经营许可"}
    [grant] = grants.give_all(cast.citizen, **given, wanted=[wanted])
    grants.use(cast.food, grant=grant, operation="file", holder_id=cast.shop.pk)
    page = shop.get(address("certificate_detail", cast.licence.pk)).content.decode()
    assert cast.licence.number in page
    assert cast.licence.identifier in page
    assert "<svg" in page
    assert address("verify_code", cast.licence.verify_code) in page
    assert "示范市市场监管局" in page
    assert "查看文件" in page
    assert "519900261122010000014" in page
    assert 'style="' not in page, "the page policy forbids inline styles"


def test_a_suspended_certificate_says_why(cast: Cast, shop: Client):
    change_state(
        cast.decider,
        certificate_id=cast.licence.pk,
        operation=Operation.SUSPEND,
        reason="年报逾期",
        legal_basis="市场主体登记管理条例第四十六条",
    )
    page = shop.get(address("certificate_detail", cast.licence.pk)).content.decode()
    assert "暂扣" in page
    assert "年报逾期" in page
    assert "市场主体登记管理条例第四十六条" in page


def test_existing_stock_that_ended_before_is_not_said_to_have_ended_by_being_entered(cast: Cast, shop: Client):
    Certificate.objects.filter(pk=cast.licence.pk).update(
        state="expired", valid_until="2024-01-01", valid_from="2020-01-01"
    )
    page = shop.get(address("certificate_detail", cast.licence.pk)).content.decode()
    assert "已过期" in page
    assert "原因：" not in page


def test_sensitive_values_are_masked_on_the_page(cast: Cast, shop: Client):
    fields = [{"key": "account", "label": "账号", "sensitive": True}]
    CertificateType.objects.filter(pk=cast.licence.type_id).update(fields=fields)
    cast.licence.face = {"account": "6200000000000095021"}
    cast.licence.save()
    page = shop.get(address("certificate_detail", cast.licence.pk)).content.decode()
    assert "6200000000000095021" not in page
    assert "6200***********5021" in page


def test_reading_the_file_is_recorded_and_only_for_its_holder(cast: Cast, shop: Client, li: Client):
    place = address("certificate_file", cast.licence.pk)
    assert shop.get(place).status_code == 404, "the file is still being made"
    certificate = Certificate.objects.get(pk=cast.licence.pk)
    certificate.file.save("c.pdf", ContentFile(b"%PDF-1.7"))
    assert li.get(place).status_code == 404
    answer = shop.get(place)
    assert answer["Content-Type"] == "application/pdf"
    assert AuditEvent.objects.filter(code="certificate.file_read").count() == 1
