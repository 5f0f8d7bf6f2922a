"""Applying: from the guide to the receipt, and everything that can go wrong on the way."""

from django.test import Client

from cases.actions import drafts
from cases.models import Case
from cases.states import State
from services.models import Situation
from tests.factories.cast import Cast, a_picture
from tests.factories.moves import a_draft, a_ready_draft
from tests.factories.visitors import a_form, address

GOOD = {"org.name": "青禾餐饮店", "area": "80", "note": ""}


def test_from_the_guide_to_the_receipt(cast: Cast, shop: Client):
    answer = shop.post(address("start_draft", cast.item.pk), {"request_key": "a"}, follow=True)
    case = Case.objects.get()
    step = address("draft_step", case.pk, "shop")
    assert answer.redirect_chain[-1][0] == step
    assert "来自营业执照" in answer.content.decode()
    assert shop.post(step, a_form(case, **GOOD)).url == address("draft_materials", case.pk)
    rows = {row.requirement.key: row for row in case.materials.select_related("requirement")}
    for key in ("premises", "plan"):
        place = address("material_upload", case.pk, rows[key].pk)
        assert shop.post(place, {"file": a_picture(), "request_key": key}).status_code == 302
    shop.post(address("material_promise", case.pk, rows["rules"].pk), {"promised": "on"})
    page = shop.get(address("draft_check", case.pk)).content.decode()
    assert "青禾餐饮店" in page
    assert "还没有交，去交" not in page
    answer = shop.post(address("submit_case", case.pk), a_form(case, declared="on"), follow=True)
    case.refresh_from_db()
    assert answer.redirect_chain[-1][0] == address("case_receipt", case.pk)
    assert case.number in answer.content.decode()
    assert "答复是否受理" in answer.content.decode()


def test_pressing_apply_again_goes_on_with_the_same_draft(cast: Cast, shop: Client):
    first = shop.post(address("start_draft", cast.item.pk), {"request_key": "a"})
    again = shop.post(address("start_draft", cast.item.pk), {"request_key": "b"})
    assert first.url == again.url
    assert Case.objects.count() == 1


def test_the_key_of_a_discarded_draft_starts_a_new_one(cast: Cast, shop: Client):
    shop.post(address("start_draft", cast.item.pk), {"request_key": "a"})
    shop.post(address("discard_draft", Case.objects.get().pk))
    assert not Case.objects.exists()
    assert shop.post(address("start_draft", cast.item.pk), {"request_key": "a"}).status_code == 302
    assert Case.objects.count() == 1


def test_a_wrong_answer_keeps_what_was_typed_and_saves_the_rest(cast: Cast, shop: Client):
    case = drafts.start_draft(cast.citizen, item_id=cast.item.pk)
    answer = shop.post(
        address("draft_step", case.pk, "shop"), a_form(case, **{"org.name": "新名字", "area": "很大", "note": "好"})
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="很大"' in page
    assert "data-error-summary" in page
    assert 'href="#id_area"' in page
    case.refresh_from_db()
    assert case.answers["org.name"]["value"] == "新名字"
    assert "area" not in case.answers


def test_a_stale_form_is_shown_again_with_what_was_typed(cast: Cast, shop: Client):
    case = a_draft(cast)
    answer = shop.post(address("draft_step", case.pk, "shop"), {**GOOD, "area": "99", "version": case.version - 1})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert 'value="99"' in page
    assert "打开页面以后" in page
    assert f'name="version" value="{case.version}"' in page, "saved once more, it is this version"
    assert Case.objects.get().answers["area"]["value"] == "80"


def test_a_form_without_its_version_counts_as_stale(cast: Cast, shop: Client):
    case = a_draft(cast)
    for version in ("", "x", "９", "-1", "9" * 30):
        answer = shop.post(address("draft_step", case.pk, "shop"), {**GOOD, "version": version})
        assert answer.status_code == 409


def test_prefill_can_be_refused_and_taken_again(cast: Cast, shop: Client):
    case = drafts.start_draft(cast.citizen, item_id=cast.item.pk)
    step = address("draft_step", case.pk, "shop")
    assert shop.post(address("set_prefill", case.pk), {"use": "no", "step": "shop"}).url == step
    page = shop.get(step).content.decode()
    assert "来自营业执照" not in page
    assert 'value="青禾餐饮店"' not in page
    shop.post(address("set_prefill", case.pk), {"use": "yes", "step": "shop"})
    assert "来自营业执照" in shop.get(step).content.decode()


def test_a_changed_value_says_so(cast: Cast, shop: Client):
    case = drafts.start_draft(cast.citizen, item_id=cast.item.pk)
    shop.post(address("draft_step", case.pk, "shop"), a_form(case, **{**GOOD, "org.name": "另一个名字"}))
    assert "您改过这一项" in shop.get(address("draft_step", case.pk, "shop")).content.decode()


def test_an_answer_opens_the_next_question(cast: Cast, shop: Client):
    options = [{"value": "a", "label": "甲"}, {"value": "b", "label": "乙"}]
    Situation.objects.create(version=cast.version, key="kind", question="哪一类？", options=options, order=1)
    Situation.objects.create(
        version=cast.version, key="cold", question="有冷食吗？", options=options, when={"kind": "a"}, order=2
    )
    case = drafts.start_draft(cast.citizen, item_id=cast.item.pk)
    place = address("draft_situation", case.pk)
    assert shop.get(address("my_case", case.pk)).url == place
    assert "有冷食吗" not in shop.get(place).content.decode()
    left_open = shop.post(place, a_form(case))
    assert left_open.status_code == 422
    assert "请选一项" in left_open.content.decode()
    assert shop.post(place, a_form(case, kind="zzz")).status_code == 422
    assert shop.post(place, a_form(case, kind="a")).url == place
    assert "有冷食吗" in shop.get(place).content.decode()
    assert shop.get(address("draft_materials", case.pk)).url == place, "what is asked for is not known yet"
    assert shop.post(place, a_form(case, kind="a", cold="b")).url == address("draft_step", case.pk, "shop")


def test_submitting_needs_the_declaration_and_keeps_the_draft(cast: Cast, shop: Client):
    case = a_ready_draft(cast)
    answer = shop.post(address("submit_case", case.pk), a_form(case))
    assert answer.status_code == 422
    assert "请先勾选承诺" in answer.content.decode()
    assert 'href="#declared"' in answer.content.decode()
    assert Case.objects.get().state == State.DRAFT


def test_an_incomplete_draft_names_everything_that_is_open(cast: Cast, shop: Client):
    case = drafts.start_draft(cast.citizen, item_id=cast.item.pk)
    answer = shop.post(address("submit_case", case.pk), a_form(case, declared="on"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "面积（平方米）：这一项必须填写" in page
    assert "还差材料：平面布局图" in page
    assert Case.objects.get().state == State.DRAFT


def test_submitting_twice_gives_one_receipt(cast: Cast, shop: Client):
    case = a_ready_draft(cast)
    form = a_form(case, declared="on")
    first = shop.post(address("submit_case", case.pk), form)
    number = Case.objects.get().number
    again = shop.post(address("submit_case", case.pk), form)
    assert first.url == again.url == address("case_receipt", case.pk)
    assert Case.objects.get().number == number
    assert Case.objects.get().notices.count() == 1


def test_a_stale_check_page_is_shown_again(cast: Cast, shop: Client):
    case = a_ready_draft(cast)
    answer = shop.post(address("submit_case", case.pk), {"declared": "on", "version": case.version - 1})
    assert answer.status_code == 409
    assert Case.objects.get().state == State.DRAFT


def test_the_pages_of_a_draft_lead_to_the_case_once_it_is_submitted(cast: Cast, shop: Client):
    case = a_ready_draft(cast)
    shop.post(address("submit_case", case.pk), a_form(case, declared="on"))
    for name, *rest in [("draft_materials",), ("draft_check",), ("draft_situation",), ("draft_step", "shop")]:
        assert shop.get(address(name, case.pk, *rest)).url == address("my_case", case.pk)


def test_an_address_of_a_page_that_does_not_apply_goes_to_one_that_does(cast: Cast, shop: Client):
    case = a_draft(cast)
    assert shop.get(address("draft_step", case.pk, "nothing")).url == address("draft_materials", case.pk)
