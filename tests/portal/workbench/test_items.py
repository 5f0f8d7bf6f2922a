"""事项: the catalogue as staff read it, and who sees the import reports."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from identity.models import PostHolding
from services.models import ImportBatch, ItemVersion
from tests.factories.cast import a_member_of_staff
from tests.factories.catalogue import a_department, a_post, an_item
from tests.factories.workbench import browser_of

LIST = "/workbench/items/"


@pytest.fixture
def officer(cast):
    """A data officer of the market bureau."""
    return a_member_of_staff("1007", a_post(cast.scjg, "数据管理"), PostHolding.Role.DATA_OFFICER)


def names_on(actor, **query) -> list[str]:
    return [item.name for item in browser_of(actor).get(LIST, query).context["page"]]


def test_a_data_officer_starts_with_the_items_of_the_post_and_may_read_all(cast, officer):
    an_item("居住证办理", department=a_department("公安局"))

    assert names_on(officer) == ["食品经营许可"]
    assert set(names_on(officer, scope="all")) == {"食品经营许可", "居住证办理"}
    assert names_on(officer, scope="all", text="居住") == ["居住证办理"]
    assert names_on(officer, text=cast.item.task_code.lower()) == ["食品经营许可"]
    assert set(names_on(cast.clerk)) == {"食品经营许可", "居住证办理"}
    assert names_on(cast.clerk, text="没有") == []


def test_the_list_takes_as_many_queries_for_twenty_rows_as_for_one(cast):
    browser = browser_of(cast.clerk)
    browser.get(LIST)
    with CaptureQueriesContext(connection) as one:
        browser.get(LIST)
    for number in range(19):
        an_item(f"事项{number}", main=f"310{number + 20}")
    with CaptureQueriesContext(connection) as twenty:
        browser.get(LIST)

    assert len(twenty) == len(one) == 6  # session, account, post with grants; waiting; count and rows


def test_an_item_page_shows_what_it_asks_for_and_earlier_versions(cast):
    old = cast.version
    old.state = ItemVersion.State.RETIRED
    old.save()
    new = ItemVersion.objects.create(item=cast.item, version=2, state="published", name="食品经营许可（新）")
    cast.item.current = new
    cast.item.save()
    address = reverse("workbench_item", args=[cast.item.pk])
    browser = browser_of(cast.clerk)

    assert "食品经营许可（新）" in browser.get(address).content.decode()
    earlier = browser.get(address, {"version": 1}).content.decode()
    assert "以前的版本" in earlier
    assert "平面布局图" in earlier
    assert "电子证照：营业执照" in earlier


@pytest.mark.parametrize("version", ["0", "9", "x", "-1", "²", "99999999999999999999"])
def test_a_version_that_is_not_there_is_not_found(cast, version):
    answer = browser_of(cast.clerk).get(reverse("workbench_item", args=[cast.item.pk]), {"version": version})

    assert answer.status_code == 404


def test_a_draft_version_is_not_shown(cast):
    ItemVersion.objects.create(item=cast.item, version=2, state="draft", name="还没写完")
    address = reverse("workbench_item", args=[cast.item.pk])

    assert browser_of(cast.clerk).get(address, {"version": 2}).status_code == 404


def test_import_reports_are_for_those_who_manage_items(cast, officer):
    report = [{"row": 7, "outcome": "rejected", "code": "row.no_name", "message": "没有名称", "name": ""}]
    batch = ImportBatch.objects.create(file_name="目录.xlsx", sha256="0" * 64, accepted=5, rejected=1, report=report)
    address = reverse("workbench_import", args=[batch.pk])

    assert "目录.xlsx" in browser_of(officer).get(reverse("workbench_imports")).content.decode()
    assert "没有名称" in browser_of(officer).get(address).content.decode()
    assert "目录.xlsx" not in browser_of(cast.clerk).get(reverse("workbench_imports")).content.decode()
    assert browser_of(cast.clerk).get(address).status_code == 404
