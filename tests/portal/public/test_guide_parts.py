"""The parts of a guide: pictures, dates, halls, files, changes; hostile and flawed content stays harmless."""

import datetime as dt
import xml.etree.ElementTree as ET
from types import SimpleNamespace

import pytest
from django.test import Client
from django.urls import reverse

from common.workdays import WorkCalendar
from identity.models import Region
from portal.canvas import Canvas
from portal.public.guide.dates import hand_in
from portal.public.guide.links import web_address
from portal.public.guide.places import opening_words
from portal.public.pictures import clock, flow
from services.guides.queries import files_of
from services.models import FeeItem, ItemVersion, ItemWindow, MaterialRequirement, ReviewStage
from services.queries import Guide
from tests.factories.cast import Cast
from tests.factories.guides import a_file, a_hall
from tests.factories.visitors import address

_NS = "{http://www.w3.org/2000/svg}"
_HOSTILE = "</text><script>alert(1)</script>\"' onload=alert(1) \x00\x0b\ufffe &amp; <svg>" + "很长的名称" * 60


def a_guide(**version) -> Guide:
    given = {
        "name": "甲",
        "flow": [],
        "project_type": "2",
        "promise_days": 8,
        "statutory_days": 20,
        "is_applicable_online": True,
        "handle_forms": ["1", "2"],
        "result_name": "许可证",
        "result_kind": "certificate",
        **version,
    }
    item = SimpleNamespace(department_name=version.get("name", "市局"), item_type="01", region=Region(name="示范市"))
    body = SimpleNamespace(short_name=version.get("name", "消防"), name="消防")
    route = [ReviewStage(key=f"s{number}", name=given["name"], days=number) for number in range(7)]
    for stage in route:
        stage._state.fields_cache["department"] = body
    return Guide(item, ItemVersion(**given), [], [], [], [], [], route, [], [])


@pytest.mark.parametrize("is_wide", [True, False])
@pytest.mark.parametrize("size", [16, 24])
def test_pictures_are_well_formed_and_without_script_for_hostile_names(is_wide, size):
    guide = a_guide(name=_HOSTILE, result_name=_HOSTILE, special_procedure=_HOSTILE)
    for picture in (
        flow.draw(flow.stages(guide), is_wide=is_wide, size=size),
        clock.draw(clock.lanes(guide), is_wide=is_wide, size=size),
    ):
        root = ET.fromstring(picture)
        names = {one.tag.removeprefix(_NS) for one in root.iter()}
        assert names <= {"svg", "title", "desc", "rect", "text", "path", "circle"}
        assert not [
            key for one in root.iter() for key in one.attrib if key.startswith("on") or key in ("style", "href")
        ]
        _left, _top, width, height = map(float, root.attrib["viewBox"].split())
        for one in root.iter("rect"):
            assert 0 <= float(one.attrib["x"]) <= float(one.attrib["x"]) + float(one.attrib["width"]) <= width + 1
            assert float(one.attrib["y"]) + float(one.attrib["height"]) <= height + 1


def test_text_is_broken_where_it_fits():
    canvas = Canvas(width=100, size=10)
    assert canvas.wrap("一二三四五六七八九十", 50) == ["一二三四五", "六七八九十"]
    assert canvas.wrap("一二三四五，六", 50) == ["一二三四五，", "六"]
    assert canvas.wrap("字" * 100, 50)[-1].endswith("…")


def test_the_flow_is_the_items_own():
    assert [stage.title for stage in flow.stages(a_guide(flow=["网上预审", "现场核查"]))] == ["网上预审", "现场核查"]
    assert len(flow.stages(a_guide(project_type="1"))) == 3
    usual = flow.stages(a_guide())
    assert [stage.title for stage in usual] == ["申请", "受理", "7 个部门同时审查", "决定", "拿到许可证"]
    bare = a_guide(is_applicable_online=False)
    bare.route.clear()
    assert flow.stages(bare) == []


def test_there_is_no_clock_for_what_is_done_on_the_spot_or_names_no_limit():
    assert clock.lanes(a_guide(project_type="1")) == []
    assert clock.lanes(a_guide(promise_days=None, statutory_days=None)) == []
    assert clock.lanes(a_guide(promise_days=0, statutory_days=30, statutory_unit="N"))[-1].words == "30 个自然日"


def test_dates_are_counted_in_working_days_from_the_day_after():
    found = hand_in(ItemVersion(promise_days=8, statutory_days=20), dt.date(2026, 3, 2), WorkCalendar())
    assert found.answer_by == dt.date(2026, 3, 9)
    assert found.rows[0][1:] == (dt.date(2026, 3, 12), dt.date(2026, 3, 19))
    assert found.unknown_year is None


def test_a_year_nobody_loaded_is_named_and_no_date_is_guessed():
    only = WorkCalendar(loaded_years=frozenset([2059]))
    found = hand_in(ItemVersion(promise_days=8, statutory_days=20), dt.date(2059, 12, 24), only)
    assert found.answer_by == dt.date(2059, 12, 31)
    assert found.rows == [("承诺办结", None, None), ("法定最晚", None, None)]
    assert found.unknown_year == 2060
    assert hand_in(ItemVersion(project_type="1", promise_days=0), dt.date(2059, 12, 24), only) is None


@pytest.mark.parametrize(
    "text",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "//evil.cn/x",
        "http://u:p@evil.cn/",
        "https://a.cn/' onx=1",
        "ftp://a.cn",
        "x",
        "http://[1",
    ],
)
def test_only_plain_web_addresses_become_links(text):
    assert web_address(text) == ""
    assert web_address("https://a.gov.cn/form.doc") == "https://a.gov.cn/form.doc"


def test_the_opening_is_said_in_words():
    now = dt.datetime(2026, 3, 4, 18)
    closed = SimpleNamespace(is_open=False, opens_at=dt.datetime(2026, 3, 5, 9), is_certain=True)
    assert opening_words(closed, now) == "现在关门，明天 9:00 开门"
    assert (
        opening_words(SimpleNamespace(is_open=True, closes_at="17:00", is_certain=True), now) == "现在开门，17:00 关门"
    )


def page_of(browser: Client, cast: Cast) -> str:
    return browser.get(address("item_guide", cast.item.pk)).content.decode()


def test_the_guide_shows_halls_files_fees_and_remedies(cast: Cast, anybody: Client, settings):
    settings.MAP_LINK = "javascript:{latitude}"
    hall = a_hall(cast.scjg, name="示范大厅", latitude="30.5", longitude="104.1")
    ItemWindow.objects.create(item=cast.item, hall=hall, window="二楼 A1")
    row = a_file(cast.version, "premises", name="申请表<b>")
    FeeItem.objects.create(
        version=cast.version, name="工本费", standard="每本", basis="某文", amount="10", reduction="低保户免收"
    )
    MaterialRequirement.objects.filter(version=cast.version, key="premises").update(
        sample="javascript:alert(1)", blank_form="https://old.example.gov.cn/a.doc", copies=2
    )
    page = page_of(anybody, cast)
    for words in (
        "示范大厅",
        "二楼 A1",
        "周一至周五",
        "申请表&lt;b&gt;",
        "PDF，1 KB",
        "低保户免收",
        "行政复议",
        "复印件 2 份",
    ):
        assert words in page
    assert 'href="https://old.example.gov.cn/a.doc" rel="noopener' in page
    assert "javascript:" not in page
    assert " style=" not in page
    assert address("item_file", row.pk) in page


def test_a_file_is_saved_under_its_chinese_name_and_not_sent_twice(cast: Cast, anybody: Client):
    row = a_file(cast.version, "premises", name="场所证明")
    answer = anybody.get(address("item_file", row.pk))
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''%E7%A9%BA%E7%99%BD")
    assert (answer["X-Content-Type-Options"], answer["Content-Type"]) == ("nosniff", "application/pdf")
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "public" in answer["Cache-Control"]
    assert anybody.get(address("item_file", row.pk), headers={"If-None-Match": answer["ETag"]}).status_code == 304
    ItemVersion.objects.filter(pk=cast.version.pk).update(state="discarded")
    assert anybody.get(address("item_file", row.pk)).status_code == 404
    assert len(files_of(cast.version)) == 1


def test_a_person_with_a_draft_on_an_older_version_is_told(cast: Cast, shop: Client):
    shop.post(address("start_draft", cast.item.pk))
    new = ItemVersion.objects.get(pk=cast.version.pk)
    ItemVersion.objects.filter(pk=cast.version.pk).update(state="retired")
    new.pk, new.version, new.summary = None, 2, "新的说明"
    new.id = ItemVersion._meta.get_field("id").get_default()
    new._state.adding = True
    new.save()
    cast.item.current = new
    cast.item.save()
    page = page_of(shop, cast)
    assert "一份草稿按第 1 版填写" in page
    changes = reverse("item_changes", args=[cast.item.address, 2])
    assert changes in page
    assert "新的说明" in shop.get(changes).content.decode()


def test_conditional_materials_make_it_at_least_and_at_most(cast: Cast, shop: Client):
    from services.models import Situation

    options = [{"value": "yes", "label": "是"}, {"value": "no", "label": "不是"}]
    Situation.objects.create(version=cast.version, key="rented", question="租的吗？", options=options)
    MaterialRequirement.objects.create(version=cast.version, key="lease", name="租约", when={"rented": "yes"}, order=90)
    page = page_of(shop, cast)
    assert "最多 4 份要交，共 5 份" in page


def test_a_flawed_imported_row_looks_sensible(cast: Cast, anybody: Client):
    ItemVersion.objects.filter(pk=cast.version.pk).update(
        is_applicable_online=False,
        flow=["详见办事指南" * 60],
        intermediary="无",
        quantity_limit="无",
        promise_days=None,
        statutory_days=None,
        special_procedure="/",
        handle_forms=["9"],
        link_address="javascript:alert(1)",
        result_name="无",
    )
    page = page_of(anybody, cast)
    assert "中介服务" not in page
    assert "数量限制" not in page
    assert "javascript:" not in page
