"""一件事 on the workbench: written in plain forms, submitted, reviewed by another one, published."""

import pytest

from identity.models import PostHolding
from services.models import Bundle, BundleVersion
from tests.factories.bundles import a_bundle, two_items
from tests.factories.cast import a_member_of_staff
from tests.factories.catalogue import a_post
from tests.factories.editing import a_desk
from tests.factories.workbench import browser_of

LIST = "/workbench/items/bundles/"


@pytest.fixture
def officer(cast):
    return browser_of(a_member_of_staff("1007", a_post(cast.scjg, "数据管理"), PostHolding.Role.DATA_OFFICER))


@pytest.fixture
def second(cast):
    return browser_of(a_member_of_staff("1008", a_post(cast.scjg, "系统管理"), PostHolding.Role.ADMINISTRATOR))


def revision():
    return BundleVersion.objects.latest("version").revision


def test_a_bundle_is_written_in_forms_and_published_by_two(cast, officer, second):
    first, other = two_items(a_desk())
    sent = {
        "code": "open-shop",
        "department": cast.scjg.pk,
        "name": "开店",
        "stage": "org:opening",
        "bases": "某意见 | | 1号",
    }
    assert officer.post(f"{LIST}new/", {**sent, "code": "Open Shop"}).status_code == 422
    assert not Bundle.objects.exists()
    assert officer.post(f"{LIST}new/", sent).status_code == 302
    bundle = Bundle.objects.get()
    draft = f"{LIST}{bundle.pk}/versions/1/"
    options = "yes | 要\nno | 不要"
    answer = officer.post(
        f"{draft}questions/new/", {"revision": revision(), "key": "sells", "question": "要卖吗？", "options": options}
    )
    assert answer.status_code == 302
    assert first.name in officer.get(f"{draft}members/new/").content.decode()
    for key, item, more in (("one", first, {}), ("two", other, {"when": ["sells=yes"], "after": ["one"]})):
        sent = {"revision": revision(), "key": key, "entry": item.entry_id, **more}
        assert officer.post(f"{draft}members/new/", sent).status_code == 302
    refused = officer.post(f"{draft}submit/", {"revision": revision()})
    assert refused.status_code == 422
    assert "bundle.answer_missing" in refused.content.decode()
    mapping = {"revision": revision(), "when": ["sells=yes"], "after": ["one"], "answer_kind": "?sells"}
    assert officer.post(f"{draft}members/two/", mapping).headers["Location"].endswith("/members/two/")
    member = bundle.versions.get().members.get(key="two")
    assert member.answers == {"kind": {"question": "sells", "values": {"yes": "yes", "no": "no"}}}
    circle = officer.post(f"{draft}members/one/", {"revision": revision(), "after": ["two"]})
    assert (circle.status_code, f"{first.name} → {other.name} → {first.name}" in circle.content.decode()) == (422, True)
    assert officer.post(f"{draft}basics/", {"revision": 0, "name": "旧", "stage": "org:opening"}).status_code == 409
    assert officer.post(f"{draft}submit/", {"revision": revision()}).status_code == 302
    assert officer.post(f"{draft}approve/", {"revision": revision()}).status_code == 403
    assert second.post(f"{draft}approve/", {"revision": revision()}).status_code == 302
    assert officer.post(f"{draft}publish/", {"revision": revision()}).status_code == 302
    bundle.refresh_from_db()
    assert bundle.current.state == "published"
    page = officer.get(f"{LIST}{bundle.pk}/").content.decode()
    assert "起草新版本" in page
    assert "style=" not in page


def test_the_list_takes_one_query_for_its_bundles_however_many(cast, officer, django_assert_max_num_queries):
    a_bundle(a_desk())
    officer.get(LIST)
    with django_assert_max_num_queries(20):
        assert "开办示范店" in officer.get(LIST).content.decode()


def test_a_part_can_be_taken_out_and_a_missing_one_is_not_found(cast, officer):
    bundle = a_bundle(a_desk())
    assert officer.post(f"{LIST}{bundle.pk}/draft/").status_code == 302
    draft = f"{LIST}{bundle.pk}/versions/2/"
    assert officer.get(f"{draft}members/gone/").status_code == 404
    assert (
        officer.post(
            f"{draft}questions/sells/", {"revision": 1, "question": "要卖吗？", "options": "a | 甲", "remove": "on"}
        ).status_code
        == 422
    )
    sent = {"revision": revision(), "remove": "on"}
    assert officer.post(f"{draft}members/second/", sent).status_code == 302
    assert list(bundle.versions.get(version=2).members.values_list("key", flat=True)) == ["first"]
    assert bundle.versions.get(version=1).members.count() == 2


def test_questions_and_items_are_moved_and_options_keep_what_hangs_on_them(cast, officer):
    bundle = a_bundle(a_desk())
    officer.post(f"{LIST}{bundle.pk}/draft/")
    draft = f"{LIST}{bundle.pk}/versions/2/"
    before = bundle.versions.get(version=2).questions
    values = [one["value"] for one in before[0]["options"]]
    new = {"revision": revision(), "question": "再问一句？", "options": "甲\r\n乙"}
    assert officer.post(f"{draft}questions/new/", new).status_code == 302
    added = bundle.versions.get(version=2).questions[-1]
    assert added["key"].startswith("q-")
    assert [one["label"] for one in added["options"]] == ["甲", "乙"]
    first = {"revision": revision(), "question": "要卖吗？", "options": "卖\r\n不卖", "place": len(before)}
    assert officer.post(f"{draft}questions/{before[0]['key']}/", first).status_code == 302
    after = bundle.versions.get(version=2).questions
    assert [one["key"] for one in after][-2:] == [added["key"], before[0]["key"]]
    assert [one["value"] for one in after[-1]["options"]] == values
    keys = list(bundle.versions.get(version=2).members.values_list("key", flat=True))
    member = {"revision": revision(), "place": len(keys) - 1}
    assert officer.post(f"{draft}members/{keys[0]}/", member).status_code == 302
    moved = list(bundle.versions.get(version=2).members.values_list("key", flat=True))
    assert moved == [*keys[1:], keys[0]]
    stay = officer.post(f"{draft}members/{keys[0]}/", {"revision": revision(), "place": "99"})
    assert stay.status_code == 422
    assert list(bundle.versions.get(version=2).members.values_list("key", flat=True)) == moved
