"""What no page would send: bytes that no database holds, JSON of any shape and depth, numbers of any length."""

import pytest
from django.test import Client
from django.urls import reverse

from identity.models import Account, PostHolding
from services.models import DataElement
from tests.factories.bundles import a_bundle
from tests.factories.cast import Cast, a_cast
from tests.factories.editing import a_desk
from tests.factories.visitors import a_visitor
from tests.factories.workbench import browser_of

pytestmark = pytest.mark.django_db
_LONG = "9" * 4000
_DEEP = "[" * 100_000


@pytest.mark.parametrize(
    "path",
    [
        "/items/%00/versions/1/",
        "/items/%00/versions/1/changes/",
        f"/items/x/versions/{_LONG}/",
        "/credentials/%00",
        "/bundles/%00/",
        "/bundles/open-shop/?region=%00&sells=%00",
        f"/bundles/open-shop/?region={_LONG}&sells={_LONG}",
        f"/status/{_LONG}",
        "/verify/%00/",
        "/verify/ey.%00./",
        "/api/v1/bundles?q=%00",
        f"/api/v1/bundles?offset={_LONG}",
        "/api/v1/bundles/%00",
        "/api/v1/bundles/open-shop?region=%00",
        "/api/v1/items/%00/form",
    ],
)
def test_no_public_address_is_too_odd(client: Client, path: str) -> None:
    a_bundle(a_desk())
    client.raise_request_exception = False
    assert client.get(path).status_code < 500


@pytest.mark.parametrize(
    "body",
    [
        _DEEP,
        '{"answers": ' + _DEEP,
        '{"answers": ' + "[" * 400 + "]" * 400 + "}",
        '{"answers": {"sells": {"yes": 1}}}',
        '{"answers": {"sells": "\\ud800"}}',
        '{"answers": {"sells": "\\u0000"}}',
        '{"answers": {"sells": true}}',
        '{"answers": 1}',
        '{"answers": {"sells": "yes"}, "region": "\\ud800"}',
        '{"answers": {"sells": 1' + "0" * 5000 + "}}",
        "[]",
        "null",
        '"x"',
        "1e999",
        "{",
        "\x00",
    ],
)
def test_no_body_of_a_plan_is_too_odd(client: Client, body: str) -> None:
    a_bundle(a_desk())
    client.raise_request_exception = False
    answer = client.post("/api/v1/bundles/open-shop/plan", body, content_type="application/json")
    assert 400 <= answer.status_code < 500
    assert answer.json()["code"]


@pytest.mark.parametrize(
    "answers",
    [
        _DEEP,
        "[]",
        '{"premises.address": {"region": [{}, []], "detail": {}}}',
        '{"premises.address": {"region": "\\ud800", "detail": "\\ud800"}}',
        '{"premises.address": {"region": ["\\u0000", "%s"], "detail": "\\u0000省市区县"}}' % _LONG,
        '{"premises.address": [1, 2]}',
        '{"premises.address": {"region": 1e400, "detail": 1e400}}',
        '{"premises.address": ' + '{"detail": ' * 500 + "1" + "}" * 500 + "}",
    ],
)
def test_no_answer_of_a_case_is_too_odd(answers: str) -> None:
    from cases.actions import drafts
    from cases.models import Case

    cast: Cast = a_cast()
    version = cast.item.current
    field = {"key": "premises.address", "label": "地址", "type": "address"}
    version.steps = [{"key": "shop", "title": "店铺", "fields": [field]}]
    version.save()
    case = drafts.start_draft(cast.citizen, item_id=cast.item.pk)
    browser = a_visitor(Account.objects.get(pk=cast.citizen.known_account_id), acting_for=cast.org)
    browser.raise_request_exception = False
    body = f'{{"step": "shop", "version": {case.version}, "answers": {answers}}}'
    answer = browser.put(f"/api/v1/cases/{case.pk}/answers", body, content_type="application/json")
    assert 400 <= answer.status_code < 500
    again = Case.objects.get(pk=case.pk)
    assert (again.version, again.answers) == (case.version, case.answers)


def test_no_address_of_the_workbench_is_too_odd() -> None:
    desk = a_desk()
    bundle = a_bundle(desk)
    DataElement.objects.create(code="a.b", name="甲", type="text")
    browser = browser_of(desk.ann)
    browser.raise_request_exception = False
    pages = [
        "/workbench/elements/%00/",
        "/workbench/elements/?text=%00&page=" + _LONG,
        reverse("halls") + "?text=%00&page=" + _LONG,
        reverse("workbench_bundles") + "?page=" + _LONG,
        reverse("workbench_bundle", args=[bundle.pk]) + "?version=%00",
    ]
    assert [(path[:60], browser.get(path).status_code) for path in pages if browser.get(path).status_code >= 500] == []
    assert PostHolding.objects.filter(pk=desk.ann.holding_id, is_active=True).exists()
