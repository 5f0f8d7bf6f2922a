"""基本目录 on the pages: found, written as drafts, reviewed by a second person, compared, paused, ended."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from common.models import AuditEvent
from services.editing import directory, items
from services.models import DirectoryEntry, DirectoryVersion, ItemVersion, ServiceItem
from tests.factories.catalogue import a_region
from tests.factories.editing import a_desk, a_published_item, an_entry, entry_content, put_through
from tests.factories.workbench import browser_of

pytestmark = pytest.mark.django_db
LIST = "/workbench/items/directory/"
NEW = "/workbench/items/directory/new/"


@pytest.fixture
def desk():
    return a_desk()


def address(entry, name="directory_entry", *more):
    return reverse(name, args=[entry.pk, *more])


def state():
    return (
        list(DirectoryEntry.objects.order_by("pk").values_list("pk", "state", "current", "name", "local_catalog_code")),
        list(DirectoryVersion.objects.order_by("pk").values_list("pk", "state", "revision")),
        ServiceItem.objects.count(),
        ItemVersion.objects.count(),
        AuditEvent.objects.count(),
    )


def typed(*bases, **changes):
    """What the form of an entry sends."""
    rows = bases or ({"law": "中华人民共和国示范法", "article": "第一条", "kind": "法律"},)
    data = {"name": "示范登记", "use_levels": ["3"], "bases-TOTAL_FORMS": len(rows), "bases-INITIAL_FORMS": 0}
    for number, row in enumerate(rows):
        data |= {f"bases-{number}-{name}": value for name, value in row.items()}
    return {**data, **changes}


def new_entry(**changes):
    return typed(**{"item_type": "01", "level": "own", "guiding": "41", "local_code": "X-1", **changes})


def test_the_list_is_searched_and_filtered_by_its_address(desk):
    item = a_published_item(desk, "食品经营许可")
    an_entry(desk, "营业登记")
    browser = browser_of(desk.ann)
    page = browser.get(LIST)
    assert [row.name for row in page.context["page"].object_list] == ["食品经营许可", "营业登记"]
    assert [row.implementations for row in page.context["page"].object_list] == [1, 0]

    def names(**query):
        return [row.name for row in browser.get(LIST, query).context["page"].object_list]

    assert names(text="食品") == ["食品经营许可"]
    assert names(text=item.entry.catalog_code[:9]) == ["食品经营许可"]
    assert names(industry="41") == ["食品经营许可", "营业登记"]
    assert names(industry="42") == []
    assert names(item_type="05") == []
    assert names(state="2") == []
    assert len(names(industry="<!", item_type="x", state="?", department="1", page="9")) == 2  # wrong values count not
    assert "没有符合条件的目录事项" in browser.get(LIST, {"text": "没有"}).content.decode()
    assert browser.get(LIST, {"text": "\x00"}).status_code == 200


def test_a_page_of_the_list_and_of_an_entry_take_as_many_queries_for_one_row_as_for_ten(desk):
    item = a_published_item(desk)
    browser = browser_of(desk.ann)
    browser.get(LIST)

    def queries(where):
        with CaptureQueriesContext(
            connection,
        ) as caught:
            browser.get(where)
        return len(caught)

    before = queries(LIST), queries(address(item.entry))
    for number in range(9):
        an_entry(desk, f"另一项{number}")
        fresh = ServiceItem.objects.get(pk=item.pk)
        version = fresh.current
        fresh.pk, fresh.task_code, fresh.local_code, fresh.current = None, None, f"L{number}", None
        fresh._state.adding = True
        fresh.save()
        version.pk, version.item = None, fresh
        version._state.adding = True
        version.save()
        fresh.current = version
        fresh.save()
    assert (queries(LIST), queries(address(item.entry))) == before


def test_a_new_entry_is_written_reviewed_by_a_second_person_and_published(desk):
    ann, ben = browser_of(desk.ann), browser_of(desk.ben)
    assert ann.get(NEW).status_code == 200
    sent = new_entry(request_key="k1")
    answer = ann.post(NEW, sent)
    assert answer.status_code == 302
    assert ann.post(NEW, sent)["Location"] == answer["Location"]  # a double click does it once
    version = DirectoryVersion.objects.get()
    entry = version.entry
    assert (entry.catalog_code, entry.local_catalog_code) == ("510141001000", "X-1")
    page = ann.get(answer["Location"])
    for said in ("四川", "行政许可", "业务指导部门 41，第 001 号", "没有子项", "《中华人民共和国示范法》第一条"):
        assert said in page.content.decode()
    assert [one["name"] for one in page.context["steps"]] == ["edit", "submit", "discard"]

    def take(browser, action, **data):
        version.refresh_from_db()
        return browser.post(address(entry, "directory_step", 1, action), {"revision": version.revision, **data})

    assert take(ann, "submit", note="新设").status_code == 302
    before = state()
    assert take(ann, "approve").status_code == 403
    assert ann.post(address(entry, "directory_edit"), typed(revision=2)).status_code == 302  # under review: no change
    assert state() == before
    assert take(ben, "approve").status_code == 302
    assert take(ann, "publish").status_code == 302
    entry.refresh_from_db()
    assert entry.current == version
    assert "新设" in ben.get(address(entry)).content.decode()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": ""}, "name"),
        ({"use_levels": []}, "use_levels"),
        ({"use_levels": ["8"]}, "use_levels"),
        ({"guiding": ""}, "guiding"),
        ({"guiding": "4"}, "guiding"),
        ({"item_type": "99"}, "item_type"),
        ({"department": "x"}, "department"),
        ({"name": "\x00"}, "name"),
    ],
)
def test_what_an_entry_lacks_is_said_at_its_field_and_nothing_is_kept(desk, changes, said):
    before = state()
    page = browser_of(desk.ann).post(NEW, new_entry(**changes))
    assert page.status_code == 422
    assert said in page.context["form"].errors
    assert "X-1" in page.content.decode()  # what was typed stays
    assert state() == before


def test_codes_that_cannot_be_and_missing_or_wrong_bases_are_refused(desk):
    browser, before = browser_of(desk.ann), state()
    assert browser.post(NEW, new_entry(guiding="IO")).status_code == 422
    assert browser.post(NEW, new_entry(main="4100")).status_code == 422
    assert browser.post(NEW, {**new_entry(), "bases-0-law": ""}).status_code == 422
    assert browser.post(NEW, {**new_entry(), "bases-0-since": "昨天"}).status_code == 422
    assert browser.post(NEW, {**new_entry(), "bases-TOTAL_FORMS": "x"}).status_code == 422
    assert browser.post(NEW, {**new_entry(), "bases-TOTAL_FORMS": "99999"}).status_code == 422
    assert browser.post(NEW, {**new_entry(), "bases-0-DELETE": "on"}).status_code == 422
    assert state() == before


def test_every_element_of_a_basis_is_kept_and_reaches_the_items(desk):
    whole = {
        "law": "示范条例", "article": "第二条", "kind": "行政法规", "number": "国令第1号", "issuer": "国务院",
        "since": "2019-04-23", "gist": "应当登记",
    }  # fmt: skip
    browser_of(desk.ann).post(NEW, new_entry(**typed(whole)))
    version = DirectoryVersion.objects.get()
    assert version.legal_bases == [whole]
    put_through(desk, version)
    draft = items.add_item(desk.ann, catalog_code=version.entry.catalog_code, department=desk.department)
    kept = draft.legal_bases.get()
    assert (kept.issuer, kept.since, kept.is_inherited) == ("国务院", "2019-04-23", True)


def test_one_more_basis_is_a_button_that_keeps_what_was_typed(desk):
    before = state()
    page = browser_of(desk.ann).post(NEW, {**new_entry(name=""), "more": "1"})
    assert page.status_code == 200
    assert "bases-1-law" in page.content.decode()
    assert "中华人民共和国示范法" in page.content.decode()
    assert state() == before


def test_a_change_starts_from_what_is_in_force_and_is_compared_with_it(desk):
    item = a_published_item(desk)
    entry, browser = item.entry, browser_of(desk.ann)
    page = browser.get(address(entry, "directory_edit"))
    assert page.context["form"].initial["name"] == "示范许可"
    answer = browser.post(address(entry, "directory_edit"), typed(name="示范许可（新）", division="市县分级"))
    assert answer.status_code == 302
    page = browser.get(address(entry, "directory_compare"), {"new": 2})
    assert {one.label for one in page.context["changed"]} == {"名称", "权限划分", "生效日期"}
    assert "<del>示范许可</del>" in page.content.decode()
    assert browser.get(address(entry, "directory_compare"), {"old": 7}).status_code == 404
    before = state()
    stale = browser_of(desk.cai).post(address(entry, "directory_edit"), typed(name="别的", revision=0))
    assert stale.status_code == 409
    assert "别的" in stale.content.decode()
    assert state() == before
    put_through(desk, entry.versions.get(version=2))
    assert directory.propose_change(entry_id=entry.pk) == 1
    page = browser.get(address(entry)).content.decode()
    assert "不同的要素：名称、权限划分" in page
    assert "第 2 版在编" in page


def test_drafts_of_an_entry_are_for_those_who_manage_it(desk):
    entry = an_entry(desk)
    browser_of(desk.ann).post(
        address(entry, "directory_keeping"), {"department": desk.department.pk, "local_code": "A"}
    )
    entry.refresh_from_db()
    assert (entry.department, entry.local_catalog_code) == (desk.department, "A")
    directory.open_entry_draft(desk.ann, entry_id=entry.pk, content=entry_content("秘密的草稿"))
    other, before = browser_of(desk.other), state()
    page = other.get(address(entry))
    assert "秘密的草稿" not in page.content.decode()
    assert not page.context["steps"]
    assert other.get(address(entry), {"version": 2}).status_code == 404
    assert other.get(address(entry, "directory_edit")).status_code == 403
    assert other.post(address(entry, "directory_step", 2, "submit"), {"revision": 1}).status_code == 403
    assert other.post(address(entry, "directory_keeping"), {"local_code": "B"}).status_code == 403
    assert other.post(address(entry, "directory_standing", "pause"), {"reason": "x"}).status_code == 403
    assert state() == before


def test_an_entry_is_paused_resumed_and_cancelled_by_reviewed_versions(desk):
    item = a_published_item(desk)
    entry, ann = item.entry, browser_of(desk.ann)
    before = state()
    assert ann.post(address(entry, "directory_standing", "pause"), {"reason": " "}).status_code == 422
    assert ann.post(address(entry, "directory_standing", "resume"), {"reason": "恢复"}).status_code == 409
    assert ann.post(address(entry, "directory_standing", "split"), {"reason": "拆"}).status_code == 404
    assert state() == before
    for kind, standing in (("pause", "2"), ("resume", "1"), ("cancel", "3")):
        assert ann.post(address(entry, "directory_standing", kind), {"reason": "法律修改"}).status_code == 302
        version = entry.versions.latest("version")
        entry.refresh_from_db()
        assert (version.state, version.standing) == ("in_review", standing)
        assert entry.state != standing
        for who, action in ((desk.ben, "approve"), (desk.ann, "publish")):
            browser_of(who).post(
                address(entry, "directory_step", version.version, action), {"revision": version.revision}
            )
            version.refresh_from_db()
        entry.refresh_from_db()
        assert entry.state == standing
        assert directory.propose_change(entry_id=entry.pk) == 0  # no element moved
    assert ann.get(address(entry)).context["operations"] == []
    assert ann.post(address(entry, "directory_standing", "resume"), {"reason": "恢复"}).status_code == 409
    assert ann.post(address(entry, "directory_edit"), typed()).status_code == 302
    assert entry.versions.count() == 4


def test_where_nobody_implements_it_yet_is_listed_with_a_way_to_add_it(desk):
    item = a_published_item(desk)
    a_region("518800", "邻市")
    page = browser_of(desk.ann).get(address(item.entry))
    assert [(one["row"].regions, one["row"].done) for one in page.context["coverage"]] == [(2, 1)]
    page = browser_of(desk.ann).get(address(item.entry), {"show": "missing", "level": "3"})
    assert [row.name for row in page.context["page"].object_list] == ["邻市"]
    assert f"?entry={item.entry_id}&amp;region=518800" in page.content.decode()


def test_a_name_with_markup_stays_text(desk):
    browser_of(desk.ann).post(NEW, new_entry(name="<script>alert(1)</script>"))
    entry = DirectoryEntry.objects.get()
    for page in (LIST, address(entry), address(entry, "directory_edit"), address(entry, "directory_compare")):
        assert "<script>alert" not in browser_of(desk.ann).get(page).content.decode()


def test_a_part_takes_the_next_number_under_its_main_item(desk):
    entry = an_entry(desk)
    browser = browser_of(desk.ann)
    page = browser.get(NEW, {"parent": entry.pk})
    assert "item_type" not in page.context["form"].fields
    answer = browser.post(f"{NEW}?parent={entry.pk}", typed(name="示范许可（首次）"))
    assert answer.status_code == 302
    assert entry.parts.get().catalog_code == entry.catalog_code[:9] + "001"
