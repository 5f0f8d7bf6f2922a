"""应用整合: the pages on which old apps are registered, mapped, compared and merged."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from identity.models import PostHolding
from services.legacy.sheets import template
from services.models import LegacyApp, LegacyFunction, LegacyPlan
from tests.factories.cast import a_member_of_staff
from tests.factories.catalogue import a_post, an_item
from tests.factories.legacy import an_old_app, an_old_function, legacy_snapshot
from tests.factories.workbench import browser_of

LIST = "/workbench/manage/legacy/"


@pytest.fixture
def officer(cast):
    return browser_of(a_member_of_staff("1007", a_post(cast.scjg, "数据管理"), PostHolding.Role.DATA_OFFICER))


@pytest.fixture
def second(cast):
    return browser_of(a_member_of_staff("1008", a_post(cast.scjg, "系统管理"), PostHolding.Role.ADMINISTRATOR))


def test_an_app_is_registered_with_a_function_and_mapped(cast, officer):
    today = timezone.localdate().isoformat()
    sent = {
        "name": "食药通",
        "department": cast.scjg.pk,
        "kind": "app",
        "sign_in": "own",
        "status": "active",
        "figures_on": today,
    }
    answer = officer.post(f"{LIST}new/", {**sent, "users_total": "1", "users_monthly": "2"})
    assert answer.status_code == 422
    assert "不能比用户总数多" in answer.content.decode()
    assert not LegacyApp.objects.exists()
    assert officer.post(f"{LIST}new/", sent).status_code == 302
    app = LegacyApp.objects.get()
    officer.post(f"{LIST}{app.pk}/functions/new/", {"name": "食品经营许可申请", "uses_days": 30})
    function = LegacyFunction.objects.get()
    address = f"{LIST}functions/{function.pk}/"
    page = officer.get(address)
    assert [found.pk for found in page.context["suggestions"]] == [cast.item.pk]
    step = {"revision": 1, "item": cast.item.pk}
    assert officer.post(f"{address}confirm/", step).status_code == 302
    assert officer.post(f"{address}confirm/", step).status_code == 302  # pressed twice
    assert officer.post(f"{address}unmappable/", {"revision": 1, "reason": "不是政务服务"}).status_code == 409
    assert officer.post(f"{address}unmappable/", {"revision": 2, "reason": "不是政务服务"}).status_code == 422
    assert officer.post(f"{address}link/", {"address": "m.example.cn/a"}).status_code == 302
    function.refresh_from_db()
    assert (function.mapping, function.links.get().path) == ("mapped", "m.example.cn/a")


def test_an_old_form_overwrites_nothing(cast, officer, second):
    app = an_old_app(cast.scjg)
    form = officer.get(f"{LIST}{app.pk}/edit/").context["form"]
    sent = {name: value for name, value in form.initial.items() if value is not None}
    assert second.post(f"{LIST}{app.pk}/edit/", {**sent, "platform": "iOS"}).status_code == 302
    answer = officer.post(f"{LIST}{app.pk}/edit/", {**sent, "platform": "Android"})
    assert (answer.status_code, "有人改过" in answer.content.decode()) == (409, True)
    assert LegacyApp.objects.get().platform == "iOS"


def test_a_plan_is_agreed_by_a_second_person_on_its_page(cast, officer, second):
    app = an_old_app(cast.scjg)
    sent = {"decision": "merge", "reason": "一站通都能办", "owner": "1007", "due_on": timezone.localdate().isoformat()}
    assert officer.post(f"{LIST}{app.pk}/plan/", {**sent, "owner": "9999"}).status_code == 422
    assert officer.post(f"{LIST}{app.pk}/plan/", sent).status_code == 302
    plan = LegacyPlan.objects.get()
    address = f"{LIST}plans/{plan.pk}/approve/"
    assert address not in officer.get(f"{LIST}{app.pk}/").content.decode()
    before = legacy_snapshot()
    assert officer.post(address, {"revision": plan.revision}).status_code == 403
    assert second.post(address, {"revision": 0}).status_code == 409
    assert legacy_snapshot() == before
    assert address in second.get(f"{LIST}{app.pk}/").content.decode()
    assert second.post(address, {"revision": plan.revision}).status_code == 302
    text = b"".join(officer.get(f"{LIST}plans.csv").streaming_content).decode("utf-8-sig")
    assert "食药通" in text.splitlines()[1]
    assert "已同意" in text


def test_a_formula_in_the_export_stays_text(cast, officer):
    an_old_app(cast.scjg, "=1+1")
    assert ",'=1+1," in b"".join(officer.get(f"{LIST}plans.csv").streaming_content).decode()


def test_lists_and_pages_ask_as_much_for_many_as_for_one(cast, officer):
    app = an_old_app(cast.scjg, users_monthly=0)
    an_old_function(app)
    other = an_item("个体工商户登记", main="31002", department=cast.scjg)
    paths = [
        LIST,
        f"{LIST}?view=idle&days=30",
        f"{LIST}?view=shell",
        f"{LIST}{app.pk}/",
        f"{LIST}overlap/?all=on",
        f"{LIST}progress/",
    ]

    def counted():
        found = []
        for path in paths:
            with CaptureQueriesContext(connection) as asked:
                assert officer.get(path).status_code == 200
            found.append(len(asked))
        return found

    for function in LegacyFunction.objects.all():
        officer.post(f"{LIST}functions/{function.pk}/confirm/", {"revision": 1, "item": cast.item.pk})
    officer.get(LIST)
    one = counted()
    for number in range(6):
        more = an_old_app(cast.scjg, f"又一个{number}", users_monthly=0)
        for name in ("甲", "乙"):
            function = an_old_function(more, name)
            officer.post(f"{LIST}functions/{function.pk}/confirm/", {"revision": 1, "item": other.pk})
        an_old_function(app, f"功能{number}")
    assert counted() == one


@pytest.mark.parametrize("query", ["days=x&view=moon", "days=0", "days=999999", "department=1&kind=%00", "page=zz"])
def test_a_wrong_filter_counts_as_none(cast, officer, query):
    an_old_app(cast.scjg)
    assert len(officer.get(f"{LIST}?{query}").context["page"].object_list) == 1


def test_the_picture_names_everything_and_escapes_it(cast, officer):
    for name in ("<b>甲</b>", "乙"):
        function = an_old_function(an_old_app(cast.scjg, name))
        officer.post(f"{LIST}functions/{function.pk}/confirm/", {"revision": 1, "item": cast.item.pk})
    page = officer.get(f"{LIST}overlap/").content.decode()
    assert page.count('<circle class="shared"') == 3  # two apps and the legend
    assert "<b>甲" not in page
    assert "&lt;b&gt;甲&lt;/b&gt; 的食品许可申请 → 食品经营许可" in page
    assert " style=" not in page


def test_a_sheet_is_uploaded_read_and_applied(cast, officer):
    text = "\r\n".join(",".join(line) for line in template())
    sheet = SimpleUploadedFile("应用.csv", text.encode())
    answer = officer.post(f"{LIST}sheets/", {"sheet": sheet})
    assert answer.status_code == 302
    assert "新增 2 个" in officer.get(answer.url).content.decode()
    assert not LegacyApp.objects.exists()
    assert officer.post(answer.url).status_code == 302
    assert officer.post(answer.url).status_code == 409
    assert LegacyApp.objects.get().functions.count() == 1
    wrong = officer.post(f"{LIST}sheets/", {"sheet": SimpleUploadedFile("a.csv", b"\xff\xfe\xfa\x81\x30")})
    assert wrong.status_code == 422
