"""Writing certificate types in the workbench: form, preview, review, and what a refusal leaves as it was."""

import re

import pytest
from django.urls import reverse

from certificates.models import CertificateType, CertificateTypeVersion
from identity.actor import Actor
from identity.models import PostHolding
from services.models import DataElement
from tests.factories.cast import Cast, a_member_of_staff, build_cast
from tests.factories.catalogue import a_post
from tests.factories.workbench import browser_of
from tests.portal.workbench.test_markup import check


@pytest.fixture
def cast(db) -> Cast:
    for code in ("org.name", "org.address"):
        DataElement.objects.create(code=code, name=code, type="text")
    return build_cast()


@pytest.fixture
def writer(cast) -> Actor:
    return a_member_of_staff("2001", a_post(cast.scjg, "证照科"), PostHolding.Role.DATA_OFFICER)


@pytest.fixture
def second(cast) -> Actor:
    return a_member_of_staff("2002", a_post(cast.scjg, "证照科长"), PostHolding.Role.DATA_OFFICER)


def typed(page, **change: str) -> dict[str, str]:
    """What the shown form sends, with changes."""
    data: dict[str, object] = {}
    for form in (page.context["form"], page.context["face"].management_form, *page.context["face"]):
        for bound in form:
            value = bound.value()
            if not (value is None or value is False or value == []):
                data[bound.html_name] = "on" if value is True else value
    return {**data, "request_key": page.context["request_key"], **change}


def edit_page(cast, actor):
    return browser_of(actor).get(reverse("certificate_type_edit", args=[cast.food_licence.pk]))


def test_from_the_form_to_the_next_certificate(cast, writer, second):
    page = edit_page(cast, writer)
    check(page.content.decode())
    change = {"face-2-key": "scope", "face-2-label": "经营项目", "face-2-kind": "text", "note": "加一栏"}
    sent = browser_of(writer).post(page.request["PATH_INFO"], typed(page, **change))
    version = CertificateTypeVersion.objects.get(state="draft")
    assert sent.headers["Location"] == reverse("type_version", args=[version.pk])
    shown = browser_of(writer).get(sent.headers["Location"])
    check(shown.content.decode())
    assert "经营项目" in shown.content.decode()
    for who, action in ((writer, "submit"), (second, "approve"), (second, "publish")):
        version.refresh_from_db()
        url = reverse("type_version_step", args=[version.pk, action])
        check(browser_of(who).get(url).content.decode())
        assert browser_of(who).post(url, {"revision": version.revision}).status_code == 302
    kind = CertificateType.objects.get(pk=cast.food_licence.pk)
    assert [field["key"] for field in kind.fields] == ["name", "address", "scope"]
    check(browser_of(writer).get(reverse("certificate_type", args=[kind.pk])).content.decode())


def test_a_wrong_form_keeps_what_was_typed_and_changes_nothing(cast, writer):
    page = edit_page(cast, writer)
    wrong = {"number_pattern": "{year}", "face-0-element": "nobody.knows", "validity_kind": "by_age"}
    answer = browser_of(writer).post(page.request["PATH_INFO"], typed(page, **wrong))
    assert answer.status_code == 422
    check(answer.content.decode())
    assert "nobody.knows" in answer.content.decode()
    answer = browser_of(writer).post(page.request["PATH_INFO"], typed(page, number_pattern="{year}"))
    assert answer.status_code == 422
    assert "number_pattern" in answer.context["form"].errors
    assert not CertificateTypeVersion.objects.exists()


@pytest.mark.parametrize(
    "junk",
    [
        {"face-TOTAL_FORMS": "99999"},
        {"face-TOTAL_FORMS": "x"},
        {"validity_steps": "16", "validity_kind": "by_age"},
        {"validity_steps": "99999999999999999999 1\n- -", "validity_kind": "by_age"},
        {"validity_months": "-1", "validity_kind": "months"},
        {"revision": "x"},
        {"body": "<script>"},
        {"duty_issue": "nobody"},
        {"template": "poster"},
        {"name": "\x00"},
        {"face-0-ORDER": "-5", "face-0-key": "A"},
    ],
)
def test_bad_input_is_told(cast, writer, junk):
    page = edit_page(cast, writer)
    answer = browser_of(writer).post(page.request["PATH_INFO"], typed(page, **junk))
    assert answer.status_code == 422
    assert not CertificateTypeVersion.objects.exists()


def test_one_more_field_is_a_button(cast, writer):
    page = edit_page(cast, writer)
    answer = browser_of(writer).post(page.request["PATH_INFO"], typed(page, more="1", name=""))
    assert answer.status_code == 200
    assert len(answer.context["face"].forms) == len(page.context["face"].forms) + 1
    assert not CertificateTypeVersion.objects.exists()


def test_the_preview_is_the_real_file_and_only_ones_own(cast, writer, second, monkeypatch):
    page = edit_page(cast, writer)
    answer = browser_of(writer).post(page.request["PATH_INFO"], typed(page, preview="1", name="预览证"))
    assert answer.status_code == 200
    check(answer.content.decode())
    assert not CertificateTypeVersion.objects.exists()
    browser = browser_of(writer)
    pdf = browser.get(reverse("type_preview", args=[answer.context["preview"], "pdf"]))
    assert pdf.content.startswith(b"%PDF")
    assert pdf.headers["X-Frame-Options"] == "SAMEORIGIN"
    picture = browser.get(reverse("type_preview", args=[answer.context["preview"], "png"]))
    assert picture.content.startswith(b"\x89PNG")
    url = reverse("type_preview", args=[answer.context["preview"], "pdf"])
    assert browser_of(second).get(url).status_code == 404
    monkeypatch.setattr("portal.workbench.views.type_editing.PREVIEWS_PER_MINUTE", 0)
    assert browser.get(url).status_code == 429


def test_a_preview_of_a_wrong_form_says_so(cast, writer):
    page = edit_page(cast, writer)
    answer = browser_of(writer).post(page.request["PATH_INFO"], typed(page, preview="1", body="<b>{{ none }}</b>"))
    assert answer.status_code == 422
    assert "preview" in answer.content.decode()
    assert answer.context["preview"] is None


def test_two_editors(cast, writer, second):
    page = edit_page(cast, writer)
    browser_of(writer).post(page.request["PATH_INFO"], typed(page, name="甲"))
    version = CertificateTypeVersion.objects.get(state="draft")
    url = reverse("type_version_edit", args=[version.pk])
    first, other = browser_of(writer).get(url), browser_of(second).get(url)
    check(first.content.decode())
    assert browser_of(writer).post(url, typed(first, name="乙")).status_code == 302
    refused = browser_of(second).post(url, typed(other, name="丙"))
    assert refused.status_code == 409
    assert re.search("services.stale_version", refused.content.decode())
    version.refresh_from_db()
    assert version.content["name"] == "乙"
    late = browser_of(second).post(page.request["PATH_INFO"], typed(page, name="丁"))
    assert late.status_code == 409


def test_a_new_type(cast, writer):
    url = reverse("certificate_type_new")
    page = browser_of(writer).get(url)
    check(page.content.decode())
    values = {
        "key": "small-food", "definer": cast.scjg.pk, "name": "小餐饮登记证", "sequence": "0a7",
        "holder_kind": "organisation", "seal_caption": "专用章", "retention": "permanent", "template": "card",
        "face-0-key": "name", "face-0-label": "名称", "face-0-kind": "text",
    }  # fmt: skip
    answer = browser_of(writer).post(url, typed(page, **values))
    assert answer.status_code == 302, (answer.context["form"].errors, answer.context["face"].errors)
    version = CertificateTypeVersion.objects.get()
    assert (version.key, version.content["sequence"], version.type_id) == ("small-food", "0A7", None)
    check(browser_of(writer).get(answer.headers["Location"]).content.decode())
    listed = browser_of(writer).get(reverse("certificate_types"))
    check(listed.content.decode())
    assert "小餐饮登记证" in listed.content.decode()


def test_the_version_page_takes_few_queries(cast, writer, django_assert_max_num_queries):
    page = edit_page(cast, writer)
    browser_of(writer).post(page.request["PATH_INFO"], typed(page, name="甲"))
    version = CertificateTypeVersion.objects.get(state="draft")
    browser = browser_of(writer)
    with django_assert_max_num_queries(30):
        browser.get(reverse("type_version", args=[version.pk]))
