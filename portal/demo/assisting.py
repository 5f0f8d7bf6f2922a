"""Who was served at a counter today: somebody without a phone, and somebody whose papers go on to another county
(异地代收); and a few blank sheets in its drawer.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from cases.actions import drafts, submission
from cases.assisting import desk_actions as desk
from cases.assisting import display_actions, sheet_actions
from cases.assisting.desk_actions import Wish
from cases.assisting.models import Assistance, PaperSheet
from cases.assisting.standing import find_actor
from cases.counter.calling_actions import sit_down, stand_up
from cases.counter.models import CounterWindow
from cases.models import Case
from common.checksums import id_number_check
from identity import levels
from identity.actions import register_person
from identity.actor import PUBLIC, SYSTEM, Actor
from identity.models import Person
from identity.queries import find_person_by_id_number
from portal.demo import staff
from portal.demo.sample_pdf import sample_pdf
from services.forms import visible_steps
from services.models import ServiceItem

_HALL, _WINDOW, _ITEM = "滨江区便民服务中心", "2", "老年人优待证办理"
_NAME, _FIRST17 = "孙福田", "51990319410506023"
_HOME = "示范市滨江区临江镇柳堤巷21号"
_SITUATION = {"origin": "local", "filer": "self"}
_AWAY_ITEM, _AWAY_FIRST17 = "临时救助给付", "51992119480920048"  # of the county's body; 陈桂英, who lives there
_AWAY_SITUATION = {"cause": "accident"}
_AWAY_ANSWERS = {
    "person.phone": "13900000004",
    "residence.address": "示范市青山县青山镇桥头村12号",
    "happened": "家里厨房失火，灶具和过冬的粮食都烧坏了，正在滨江区女儿家暂住。",
    "person.bank_name": "示范农商银行",
    "person.bank_account": "6200000000000048213",
}
_ANSWERS = {
    "person.household_address": _HOME,
    "residence.address": _HOME,
    "helper.phone": "13900000006",
    "form_wanted": "电子证和卡片都要",
    "person.address": _HOME,
}


@transaction.atomic
def load() -> bool:
    """Let it happen once, through the real actions; returns whether it did now."""
    if Assistance.objects.exists() or PaperSheet.objects.exists():
        return False
    window = CounterWindow.objects.get(hall__name=_HALL, number=_WINDOW, is_active=True)
    item = ServiceItem.objects.get(name=_ITEM, department__isnull=False)
    clerk = staff.counter_clerk()
    sit_down(clerk, window_id=window.pk)
    sheet_actions.make_sheets(clerk, window_id=window.pk, item_id=item.pk, count=3)
    screen = display_actions.bind_display(
        PUBLIC, code=display_actions.make_code(clerk, window_id=window.pk), address="demo"
    )
    at = _Place(clerk, window, screen)
    _serve(at, _person(), item, _fill)
    _serve(at, _by_number(_AWAY_FIRST17), ServiceItem.objects.get(name=_AWAY_ITEM), _fill_away)
    stand_up(clerk, window_id=window.pk)
    return True


@dataclass(frozen=True, slots=True)
class _Place:
    """A clerk at a window, and the key of the screen that faces the people."""

    clerk: Actor
    window: CounterWindow
    screen: str


def _by_number(first17: str) -> Person:
    person = find_person_by_id_number(first17 + id_number_check(first17))
    assert person is not None  # one of the cast
    return person


def _person() -> Person:
    number = _FIRST17 + id_number_check(_FIRST17)
    return find_person_by_id_number(number) or register_person(
        SYSTEM, name=_NAME, id_number=number, address=_HOME, assurance_level=levels.HIGHEST
    )


def _serve(at: _Place, person: Person, item: ServiceItem, fill: Callable[[Actor, Case], None]) -> None:
    clerk = at.clerk
    wish = Wish(document=person.document, item_id=item.pk, is_seen=True)
    row = desk.begin(clerk, window_id=at.window.pk, wish=wish)
    display_actions.answer(PUBLIC, key=at.screen, assistance_id=row.pk, is_agreed=True)
    case = desk.open_draft(clerk, assistance_id=row.pk)
    actor = find_actor(clerk)
    assert actor is not None
    fill(actor, case)
    for material in case.materials.filter(document__isnull=False):
        desk.compare_original(clerk, assistance_id=row.pk, material_id=material.pk)
    if row.is_away:
        desk.check_away(clerk, assistance_id=row.pk, checks=desk.AWAY_CHECKS)
    asked = desk.ask_confirmation(clerk, assistance_id=row.pk)
    display_actions.confirm(PUBLIC, key=at.screen, assistance_id=row.pk, digest=asked.draft_digest)
    submission.submit(actor, case_id=case.pk, declared=True)
    desk.hand_back(clerk, assistance_id=row.pk)


def _fill(actor: Actor, case: Case) -> None:
    case = drafts.save_situation(actor, case_id=case.pk, chosen=_SITUATION)
    material = case.materials.get(requirement__key="id-card")
    content = sample_pdf(title=material.name, owner=_NAME, lines=(f"用于办理：{_ITEM}",))
    paper = SimpleUploadedFile(f"{material.name}.pdf", content, content_type="application/pdf")
    drafts.upload_material(actor, case_id=case.pk, material_id=material.pk, upload=paper)
    _answer(actor, case, _ANSWERS)


def _fill_away(actor: Actor, case: Case) -> None:
    case = drafts.save_situation(actor, case_id=case.pk, chosen=_AWAY_SITUATION)
    material = case.materials.get(requirement__key="event")
    drafts.promise_material(actor, case_id=case.pk, material_id=material.pk)
    _answer(actor, Case.objects.get(pk=case.pk), _AWAY_ANSWERS)


def _answer(actor: Actor, case: Case, answers: dict[str, str]) -> None:
    for step in visible_steps(case.item_version, case.situation):
        known = {key: answer["value"] for key, answer in case.answers.items()}
        case, problems = drafts.save_answers(actor, case_id=case.pk, step_key=step.key, raw=known | answers)
        if problems:
            raise RuntimeError(f"the counter's story: {problems}")
