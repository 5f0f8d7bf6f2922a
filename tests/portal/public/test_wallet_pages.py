"""Pages of the wallet: the show code and who scans it, shares and their receivers, errors, renewal."""

import re

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone

from cases.models import Case
from certificates.models import Certificate, Disclosure, Grant
from certificates.wallet.models import ErrorReport, PublicCheck, Share, ShowCode
from identity.models import Account, Person
from services.models import ItemVersion, MaterialRequirement
from tests.factories.cast import Cast
from tests.factories.catalogue import an_item
from tests.factories.phones import code_in, texts_to
from tests.factories.visitors import a_visitor, address
from tests.factories.wallet import FRIEND, a_blank_pdf, a_share, ending_in
from tests.portal.public.test_account_security import step_up


@pytest.fixture
def stranger(cast: Cast) -> Client:
    return a_visitor(Account.objects.get(pk=cast.stranger.account_id))


def text_of(answer) -> str:
    return answer.content.decode()


def scanned(page: str) -> str:
    found = re.search(r"/show/[\w-]+/", page)
    assert found
    return found.group()


def test_a_code_is_made_scanned_once_and_its_replay_refused(cast: Cast, shop: Client, anybody: Client):
    asking = text_of(shop.get(address("show_certificate", cast.licence.pk)))
    assert "生成亮证码" in asking
    assert not ShowCode.objects.exists(), "looking makes no code"
    made = text_of(shop.post(address("show_certificate", cast.licence.pk), {"chosen": ["address"]}))
    assert "<svg" in made
    assert 'style="' not in made
    place = scanned(made)
    assert "查看证照" in text_of(anybody.get(place))
    assert "查看证照" in text_of(anybody.get(place)), "fetching the address uses nothing up"
    seen = text_of(anybody.post(place))
    assert "有效" in seen
    assert cast.shop.address in seen
    assert cast.licence.number not in seen, "only what was chosen"
    replay = text_of(a_visitor().post(place))
    assert "这个码已经用过" in replay
    assert cast.shop.name not in replay
    log = text_of(shop.get(address("certificate_detail", cast.licence.pk)))
    assert "扫码查看" in log
    assert Disclosure.objects.count() == 1


def test_what_a_code_shows_is_told_in_the_language_of_the_page(cast: Cast, shop: Client, anybody: Client):
    place = scanned(text_of(shop.post(address("show_certificate", cast.licence.pk))))
    anybody.post(address("set_language"), {"language": "en"})
    assert "<b>Valid</b>" in text_of(anybody.post(place))
    Certificate.objects.filter(pk=cast.licence.pk).update(state="suspended")
    shop.post(address("set_language"), {"language": "en"})
    refused = text_of(shop.get(address("show_certificate", cast.licence.pk)))
    assert "suspended" in refused.lower()
    assert "暂扣" not in refused


def test_an_expired_and_an_unknown_code_say_so(cast: Cast, shop: Client, anybody: Client):
    place = scanned(text_of(shop.post(address("show_certificate", cast.licence.pk))))
    ShowCode.objects.update(expires_at="2020-01-01T00:00Z")
    assert "这个码已经过期" in text_of(anybody.post(place))
    unknown = anybody.get("/show/nobody/")
    assert unknown.status_code == 404
    assert "没有这个亮证码" in text_of(unknown)


def test_scanning_is_slowed_down(cast: Cast, anybody: Client, settings):
    settings.LOOKUPS_PER_MINUTE = 2
    assert [anybody.get("/show/x/").status_code for _round in range(3)] == [404, 404, 429]


def a_form(**changes: str) -> dict[str, str]:
    usual = {"to": "phone", "number": FRIEND, "name": "王友人", "purpose_kind": "trade", "purpose": "签供货合同"}
    return {**usual, "last_day": str(timezone.localdate()), "request_key": "k", **changes}


@pytest.fixture
def proved(shop: Client) -> Client:
    """Li's browser just after she proved who she is."""
    step_up(shop)
    return shop


def test_the_receiver_opens_it_with_the_code_and_the_holder_ends_it(cast: Cast, proved: Client, anybody: Client):
    cast.licence.file.save("licence.pdf", ContentFile(a_blank_pdf()))
    cast.licence.file_state = "ready"
    cast.licence.save()
    done = proved.post(address("share_certificate", cast.licence.pk), a_form(), follow=True)
    assert "王友人" in text_of(done)
    (text,) = texts_to(FRIEND)
    place = re.search(r"/shared/[\w-]+/", text).group()
    before = text_of(anybody.get(place))
    assert cast.shop.name not in before
    assert "营业执照" not in before
    assert anybody.get(f"{place}file.pdf").status_code == 302
    wrong = anybody.post(place, {"code": "x"})
    assert wrong.status_code == 422
    seen = text_of(anybody.post(place, {"code": code_in(text)}, follow=True))
    assert "仅供王友人用于签供货合同" in seen
    copy = anybody.get(f"{place}file.pdf")
    assert copy["Content-Type"] == "application/pdf"
    assert "attachment" in anybody.get(f"{place}file.pdf?save=1")["Content-Disposition"]
    assert a_visitor().get(f"{place}file.pdf").status_code == 302, "another browser has no code"
    share = Share.objects.get()
    assert "王友人" in text_of(proved.get(address("certificate_detail", cast.licence.pk)))
    proved.post(address("end_share", share.pk))
    assert anybody.get(place).status_code == 409
    assert anybody.get(f"{place}file.pdf").status_code == 409
    assert "已结束" in text_of(proved.get(address("my_shares")))


def test_whoever_is_signed_in_and_not_the_receiver_finds_nothing(cast: Cast, stranger: Client, li: Client):
    a_share(cast)
    place = re.search(r"/shared/[\w-]+/", texts_to(FRIEND)[0]).group()
    assert stranger.get(place).status_code == 404
    person = Person.objects.get(pk=cast.stranger.person_id)
    row = a_share(cast, to="id_number", number=person.id_number, name=person.name)
    assert "营业执照" in text_of(stranger.get(address("shared_with_me")))
    assert stranger.get(address("shared_certificate", row.pk)).status_code == 200
    assert li.get(address("shared_certificate", row.pk)).status_code == 404
    assert Disclosure.objects.count() == 1


def test_a_wrong_form_says_where_and_keeps_what_was_typed(cast: Cast, proved: Client):
    answer = proved.post(address("share_certificate", cast.licence.pk), a_form(number="123", purpose="求\x00"))
    assert answer.status_code == 422
    again = proved.post(address("share_certificate", cast.licence.pk), a_form(number="123"))
    assert again.status_code == 422
    assert "王友人" in text_of(again)
    assert not Share.objects.exists()


def test_public_checks_are_counted_on_the_page(cast: Cast, shop: Client, anybody: Client):
    for _round in range(2):
        anybody.get(address("verify_code", cast.licence.verify_code))
    anybody.get(address("verify_code", "0" * 32))
    assert PublicCheck.objects.get().count == 2
    assert "2 次不登录的公开核验" in text_of(shop.get(address("certificate_detail", cast.licence.pk)))


def test_the_use_log_is_paged_with_few_queries(cast: Cast, shop: Client, django_assert_num_queries):
    for number in range(25):
        Grant.objects.create(
            certificate=cast.licence,
            case_number=f"case-{number}",
            purpose="办事",
            legal_basis="法",
            granted_by_id=cast.citizen.known_account_id,
        )
    page = text_of(shop.get(address("certificate_detail", cast.licence.pk) + "?page=2"))
    assert "case-0" in page
    assert "case-24" not in page
    with django_assert_num_queries(12):
        # session, account, organisation; certificate; log: count, page, cases; shares; public checks; reports; last
        # operation; SM2 signature
        shop.get(address("certificate_detail", cast.licence.pk))


def test_an_error_is_reported_seen_and_withdrawn(cast: Cast, shop: Client):
    place = address("report_certificate", cast.licence.pk)
    assert shop.post(place, {"text": "错", "request_key": "a"}).status_code == 422
    page = text_of(shop.post(place, {"text": "住所写错了一个字", "request_key": "b"}, follow=True))
    assert "等发证机关答复" in page
    assert "住所写错了一个字" in page
    assert "已经有一条报错" in text_of(shop.get(place))
    shop.post(address("withdraw_report", ErrorReport.objects.get().pk))
    assert ErrorReport.objects.get().state == "withdrawn"


def test_the_old_address_of_corrections_leads_to_the_report(cast: Cast, stranger: Client):
    cast.licence.holder_id = cast.stranger.principal_id
    cast.licence.save()
    answer = stranger.get(address("correct_data") + f"?certificate={cast.licence.pk}")
    assert answer["Location"] == address("report_certificate", cast.licence.pk)


def a_renewal(cast: Cast) -> ItemVersion:
    kind = cast.licence.type
    item = an_item(
        "营业执照（延续）",
        main="31077",
        department=cast.scjg,
        is_applicable_online=True,
        audience=["2", "5"],
        result_kind="certificate",
        result_type=kind,
        replaces="renew",
        steps=[{"key": "s", "title": "页", "fields": [
            {"key": "org.name", "element": "org.name", "label": "名称", "type": "text", "required": True}]}],
    )  # fmt: skip
    assert item.current is not None
    MaterialRequirement.objects.create(version=item.current, key="old", name="原证", order=1).satisfied_by.add(kind)
    return item.current


def test_one_press_starts_the_prefilled_renewal(cast: Cast, shop: Client):
    detail, renew = (address(name, cast.licence.pk) for name in ("certificate_detail", "renew_certificate"))
    ending_in(cast.licence, 30)
    assert "办延续" not in text_of(shop.get(detail)), "no item renews it"
    assert shop.post(renew).status_code == 409
    version = a_renewal(cast)
    assert "办延续" in text_of(shop.get(detail))
    for _press in range(2):
        assert shop.post(renew, {"request_key": "k"}).status_code == 302
    case = Case.objects.get(item_version=version)
    assert case.answers["org.name"]["value"] == cast.shop.name
    assert case.materials.get().certificate_id == cast.licence.pk
    ending_in(cast.licence, 200)
    assert shop.post(renew).status_code == 409, "too early"
