"""Two versions side by side, how much the pages of the editor ask of the database, and comments on a page."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from services.descriptions import MaterialPart
from services.editing import versions
from services.models import ReviewComment
from tests.factories.editing import a_desk, a_draft, a_published_item, changed
from tests.factories.workbench import browser_of

pytestmark = pytest.mark.django_db
PAPER = MaterialPart(key="lease", name="租赁合同")


@pytest.fixture
def desk():
    return a_desk()


def address(draft, *rest):
    return reverse(["draft_edit", "draft_section", "draft_row"][len(rest)], args=[draft.item_id, draft.version, *rest])


def test_the_number_of_queries_does_not_grow_with_the_rows(desk):
    counts = {}
    item = a_published_item(desk)
    for number in (2, 30):
        rows = tuple(MaterialPart(key=f"m{one}", name=f"材料{one}") for one in range(number))
        draft = item.versions.filter(state="draft").first() or versions.open_draft(desk.ann, item_id=item.pk)
        versions.save_draft(
            desk.ann, version_id=draft.pk, changes={"materials": rows}, expected_revision=draft.revision
        )
        browser = browser_of(desk.ann)
        compared = reverse("draft_compare", args=[item.pk, draft.version])
        for where in (address(draft), address(draft, "materials"), address(draft, "materials", "1"), compared):
            browser.get(where)
            with CaptureQueriesContext(
                connection,
            ) as queries:
                assert browser.get(where).status_code == 200
            counts.setdefault(where, []).append(len(queries))
    assert all(few == many and many <= 40 for few, many in counts.values()), counts


def test_a_draft_shows_what_it_changes_against_the_one_in_force(desk):
    item = a_published_item(desk)
    draft = changed(desk, item, {"summary": "新的一句话", "materials": (PAPER,)})
    page = browser_of(desk.ann).get(reverse("draft_compare", args=[item.pk, draft.version]))
    assert page.context["other"].version == 1
    labels = [one["change"].label for row in page.context["sections"] for one in row["changes"]]
    assert labels == ["一句话说明", "租赁合同"]
    assert browser_of(desk.ann).get(page.request["PATH_INFO"] + "?with=99").status_code == 404
    assert browser_of(desk.ann).get(page.request["PATH_INFO"] + "?with=²").status_code == 404
    assert browser_of(desk.other).get(page.request["PATH_INFO"]).status_code == 403


def test_a_reviewer_comments_on_a_section_and_the_author_answers(desk):
    draft = a_draft(desk)
    draft = versions.submit(desk.ann, version_id=draft.pk, expected_revision=draft.revision)
    where = reverse("version_comment", args=[draft.item_id, draft.version])
    wrong = browser_of(desk.ben).post(where, {"section": "window", "text": " "})
    assert wrong.status_code == 422
    assert browser_of(desk.ann).post(where, {"section": "window", "text": "我自己的"}).status_code == 403
    assert not ReviewComment.objects.exists()
    said = browser_of(desk.ben).post(where, {"section": "window", "text": "写上<b>楼层</b>"}, follow=True)
    assert "写上&lt;b&gt;楼层&lt;/b&gt;" in said.content.decode()
    versions.recall(desk.ann, version_id=draft.pk, expected_revision=draft.revision)
    assert "楼层" in browser_of(desk.ann).get(address(draft, "window")).content.decode()
    answer = reverse("answer_comment", args=[ReviewComment.objects.get().pk])
    assert browser_of(desk.ann).post(answer, {"answer": "三楼"}).status_code == 302
    assert browser_of(desk.ann).post(answer, {"answer": "四楼"}).status_code == 409
    assert ReviewComment.objects.get().answer == "三楼"
