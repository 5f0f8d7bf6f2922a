"""Data elements at the workbench: drafted, compared, reviewed by somebody else, published; refusals keep the typing."""

import pytest
from django.urls import reverse

from identity.models import Account
from services.editing import element_versions
from services.models import DataElement, ElementVersion
from tests.factories.editing import a_desk, an_element, through_review
from tests.factories.visitors import a_visitor

pytestmark = pytest.mark.django_db
CODE = "premises.area"
TYPED = {"name": "面积", "type": "decimal", "least": "1"}


@pytest.fixture
def desk():
    return a_desk()


def browser(actor):
    return a_visitor(Account.objects.get(pk=actor.known_account_id))


def take(client, action: str, **given):
    """Open the page of a step on the newest version, then send it as the page gave it."""
    version = ElementVersion.objects.latest("id")
    page = reverse("workbench_element_step", args=[CODE, version.version, action])
    assert client.get(page).status_code == 200
    return client.post(page, {"revision": version.revision, **given})


def test_an_element_goes_from_draft_to_force_over_two_desks(desk):
    ann, ben = browser(desk.ann), browser(desk.ben)
    made = ann.post(reverse("workbench_element_new"), {"code": CODE, **TYPED})
    assert made.url == f"/workbench/elements/{CODE}/?version=1"
    assert "还没有生效" in ann.get(made.url).content.decode()
    assert take(ann, "submit").status_code == 302
    page = ann.get(made.url).content.decode()
    assert "等另一位同事审核" in page
    assert "/approve/" not in page
    assert take(ann, "approve").status_code == 403
    assert not DataElement.objects.exists()
    assert "/approve/" in ben.get(made.url).content.decode()
    assert take(ben, "approve").status_code == 302
    told = ben.post(
        reverse("workbench_element_step", args=[CODE, 1, "publish"]),
        {"revision": ElementVersion.objects.get().revision},
        follow=True,
    )
    assert "已经发布" in told.content.decode()
    assert DataElement.objects.get().least == "1"


def test_a_change_shows_what_differs_and_an_earlier_definition_can_be_drafted_again(desk):
    ann = browser(desk.ann)
    through_review(desk, element_versions.add_element(desk.ann, element=an_element()))
    edit = reverse("workbench_element_edit", args=[CODE])
    assert 'value="面积"' in ann.get(edit).content.decode()
    changed = ann.post(edit, {**TYPED, "name": "建筑面积"}, follow=True).content.decode()
    assert "<del>面积</del>" in changed
    assert "<ins>建筑面积</ins>" in changed
    assert "建筑面积" in ann.get(reverse("workbench_elements")).content.decode()  # among those being changed
    through_review(desk, ElementVersion.objects.get(version=2))
    assert f"{edit}?from=1" in ann.get(reverse("workbench_element", args=[CODE]) + "?version=1").content.decode()
    assert 'value="面积"' in ann.get(f"{edit}?from=1").content.decode()


def test_what_is_wrong_and_what_somebody_else_saved_leave_the_typing_in_place(desk):
    ann = browser(desk.ann)
    wrong = ann.post(reverse("workbench_element_new"), {"code": "Area", **TYPED, "least": "many"})
    assert wrong.status_code == 422
    page = wrong.content.decode()
    assert "小写字母" in page
    assert "整数填整数" in page
    assert 'value="Area"' in page
    table = {"code": "staff.list", "name": "人员", "type": "group", "columns": ""}
    empty = ann.post(reverse("workbench_element_new"), table)
    assert empty.status_code == 422
    assert "至少要有一列" in empty.content.decode()
    assert not ElementVersion.objects.exists()
    draft = element_versions.add_element(desk.ann, element=an_element())
    element_versions.save_draft(
        desk.cai, version_id=draft.pk, element=an_element(name="使用面积"), expected_revision=draft.revision
    )
    late = ann.post(reverse("workbench_element_edit", args=[CODE]), {**TYPED, "name": "净面积", "revision": 1})
    assert late.status_code == 409
    assert "净面积" in late.content.decode()
    assert ElementVersion.objects.get().name == "使用面积"


def test_a_version_in_review_is_not_edited_and_unknown_ones_are_not_found(desk):
    ann = browser(desk.ann)
    element_versions.add_element(desk.ann, element=an_element())
    take(ann, "submit")
    assert ann.get(reverse("workbench_element_edit", args=[CODE])).status_code == 302
    assert ann.get(reverse("workbench_element", args=["premises.none"])).status_code == 404
    for address in (f"?version={7}", "?version=x"):
        assert ann.get(reverse("workbench_element", args=[CODE]) + address).status_code == 404
    for action in ("edit", "replace", "anything"):
        assert ann.get(reverse("workbench_element_step", args=[CODE, 1, action])).status_code == 404


def test_the_list_takes_a_fixed_number_of_queries(desk, django_assert_max_num_queries):
    for number in range(12):
        DataElement.objects.create(code=f"a.b{number}", name="甲", type="text")
    ann = browser(desk.ann)
    with django_assert_max_num_queries(14):
        ann.get(reverse("workbench_elements"))
