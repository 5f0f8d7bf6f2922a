"""Somebody stands at a window; a screen faces them."""

from typing import Any

from cases.actions import drafts, intake, submission
from cases.assisting import begin_actions, desk_actions, display_actions
from cases.assisting.begin_actions import BundleWish, CorrectionWish
from cases.assisting.desk_actions import Wish
from cases.assisting.models import Assistance
from cases.assisting.standing import find_actor
from cases.counter import calling_actions, setup_actions
from cases.counter.models import CounterWindow
from cases.counter.setup_actions import CounterSettings
from cases.joint import drafts as joint_drafts
from cases.joint import union
from cases.models import Case, JointCase
from identity.actor import PUBLIC, SYSTEM, Actor
from identity.models import Person, Post
from tests.factories.cast import a_person, a_picture
from tests.factories.counter import ALL_DAY, Counter, a_window, open_today
from tests.factories.guides import a_hall
from tests.factories.joint import FILLED, Street, material_of


def an_old_man() -> Person:
    """Somebody without a phone and without an account."""
    return a_person("孙大爷", serial="09", level=2)


def a_display(counter: Counter, address: str = "10.0.0.1") -> str:
    """The key of the screen at the first window."""
    code = display_actions.make_code(counter.clerk, window_id=counter.one.pk)
    return display_actions.bind_display(PUBLIC, code=code, address=address)


def a_wish(counter: Counter, person: Person, **fields: Any) -> Wish:
    given = {"item_id": counter.item.pk, "is_seen": True, **fields}
    return Wish(document=person.document, **given)


def begun(counter: Counter, person: Person, **fields: Any) -> Assistance:
    """The window asked for consent."""
    return desk_actions.begin(counter.clerk, window_id=counter.one.pk, wish=a_wish(counter, person, **fields))


def agreed(counter: Counter, person: Person, key: str, **fields: Any) -> Assistance:
    """The person pressed 同意."""
    row = begun(counter, person, **fields)
    return display_actions.answer(PUBLIC, key=key, assistance_id=row.pk, is_agreed=True)


def acting(counter: Counter) -> Actor:
    """As whom the clerk fills in now."""
    actor = find_actor(counter.clerk)
    assert actor is not None
    return actor


def a_whole_draft(counter: Counter, row: Assistance) -> Case:
    """Everything filled in and handed over, by the clerk."""
    case = desk_actions.open_draft(counter.clerk, assistance_id=row.pk)
    actor = acting(counter)
    _case, problems = drafts.save_answers(
        actor, case_id=case.pk, step_key="shop", raw={"org.name": "孙家面馆", "area": "30", "note": ""}
    )
    assert problems == {}
    rows = {one.requirement.key: one for one in case.materials.select_related("requirement")}
    for key in ("licence", "premises", "plan"):
        if rows[key].way == "missing":
            drafts.upload_material(actor, case_id=case.pk, material_id=rows[key].pk, upload=a_picture())
    drafts.promise_material(actor, case_id=case.pk, material_id=rows["rules"].pk)
    return Case.objects.get(pk=case.pk)


def confirmed(counter: Counter, row: Assistance, key: str) -> Assistance:
    """The person saw what is handed in and pressed that it is right."""
    asked = desk_actions.ask_confirmation(counter.clerk, assistance_id=row.pk)
    return display_actions.confirm(PUBLIC, key=key, assistance_id=row.pk, digest=asked.draft_digest)


def a_case_to_correct(counter: Counter, person: Person, key: str, *, asked: str = "看不清，请重新拍") -> Case:
    """Handed in at the window; then the office found one material wanting, and the window is free again."""
    row = agreed(counter, person, key)
    case = a_whole_draft(counter, row)
    confirmed(counter, row, key)
    submission.submit(acting(counter), case_id=case.pk, declared=True)
    material = case.materials.get(requirement__key="premises")
    return intake.ask_correction(counter.clerk, case_id=case.pk, corrections={material.pk: asked})


def correction_begun(counter: Counter, person: Person, **fields: Any) -> Assistance:
    """The person came back, and the window asked for consent."""
    wish = CorrectionWish(document=person.document, **{"is_seen": True, **fields})
    return begin_actions.begin_correction(counter.clerk, window_id=counter.one.pk, wish=wish)


def correction_agreed(counter: Counter, person: Person, key: str) -> Assistance:
    """The person pressed 同意."""
    row = correction_begun(counter, person)
    return display_actions.answer(PUBLIC, key=key, assistance_id=row.pk, is_agreed=True)


def replaced(counter: Counter, case: Case) -> None:
    """The clerk scans what was asked for."""
    material = case.materials.get(requirement__key="premises")
    scan = a_picture(size=40)
    drafts.upload_material(acting(counter), case_id=case.pk, material_id=material.pk, upload=scan)


def a_window_of(street: Street) -> CounterWindow:
    """A window of the office that leads the bundle, with its clerk at it."""
    post = Post.objects.get(pk=street.clerk.post_id)
    hall = a_hall(post.department, hours=ALL_DAY)
    open_today(hall)
    setup_actions.save_counter(SYSTEM, hall_id=hall.pk, settings=CounterSettings(is_open=True, priority_groups=[]))
    window = a_window(hall, post, "1")
    calling_actions.sit_down(street.clerk, window_id=window.pk)
    return window


def the_display_of(street: Street, window: CounterWindow) -> str:
    """The key of the screen at that window."""
    code = display_actions.make_code(street.clerk, window_id=window.pk)
    return display_actions.bind_display(PUBLIC, code=code, address="10.0.0.7")


def bundle_begun(street: Street, window: CounterWindow, **fields: Any) -> Assistance:
    """Li was asked whether the clerk may fill in the one application for all items."""
    wish = BundleWish(**{"document": street.li.document, "bundle_code": "open-shop", "is_seen": True, **fields})
    return begin_actions.begin_bundle(street.clerk, window_id=window.pk, wish=wish)


def the_person_at(street: Street) -> Actor:
    """As whom the street's clerk opens the bundle's pages now."""
    actor = find_actor(street.clerk, bundle_code="open-shop")
    assert actor is not None
    return actor


def a_whole_joint(street: Street) -> JointCase:
    """Everything filled in and handed over, by the clerk."""
    actor = the_person_at(street)
    joint = joint_drafts.start(actor, bundle_code="open-shop", given={"sign": "yes"})
    for page in union.load(joint).pages:
        _joint, problems = joint_drafts.save_page(actor, joint_id=joint.pk, page_key=page.step.key, raw=FILLED)
        assert problems == ()
    row = material_of(joint, "reg", "premises")
    drafts.upload_material(actor, case_id=row.case_id, material_id=row.pk, upload=a_picture())
    rules = material_of(joint, "food", "rules")
    drafts.promise_material(actor, case_id=rules.case_id, material_id=rules.pk)
    return JointCase.objects.get(pk=joint.pk)


def joint_confirmed(street: Street, row: Assistance, key: str) -> Assistance:
    """Li saw everything and pressed that it is right."""
    asked = desk_actions.ask_confirmation(street.clerk, assistance_id=row.pk)
    return display_actions.confirm(PUBLIC, key=key, assistance_id=row.pk, digest=asked.draft_digest)
