"""The demonstration city: complete, consistent, loaded once; every item can be opened and has its people."""

import datetime as dt
import time

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from cases.actions.drafts import save_situation, start_draft
from cases.models import Assistance, Branch, Case, CaseMaterial, Undertaking
from cases.serving.models import NoticeService
from cases.states import State
from cases.visibility import visible_to
from certificates.models import Certificate, Document
from common.checksums import id_number_check, org_code_check, uscc_check
from common.models import AuditEvent
from identity.actor import SYSTEM
from identity.models import Account, Department, Mandate, Organisation, Person, Post, PostHolding
from identity.permissions import Permission
from identity.queries import find_account_by_login
from identity.rules import age_on
from portal.demo import people, staff, timeline
from portal.demo.people import PASSWORD
from portal.demo.reading import cast_rows
from services.legacy.links import resolve
from services.legacy.overlap import overlap
from services.legacy.queries import AppFilter, apps
from services.models import ItemVersion, LegacyApp, LegacyFunction, LegacyLink, ReviewStage, ServiceItem
from services.rules import next_situation, options_for

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("city"), pytest.mark.xdist_group("demo")]
_COUNTED = (
    Person,
    Organisation,
    Account,
    PostHolding,
    ServiceItem,
    ItemVersion,
    Certificate,
    Mandate,
    Document,
    Case,
    LegacyApp,
    LegacyFunction,
    LegacyLink,
    AuditEvent,
)


def versions() -> list[ItemVersion]:
    published = ItemVersion.objects.filter(state=ItemVersion.State.PUBLISHED).select_related("item__department")
    return list(published.prefetch_related("legal_bases", "materials", "situations", "faqs", "route"))


def test_loading_again_changes_nothing() -> None:
    before = {model: model.objects.count() for model in _COUNTED}
    started = time.process_time()  # a busy machine must not fail it
    call_command("load_demo", verbosity=0)
    assert time.process_time() - started < 3
    assert {model: model.objects.count() for model in _COUNTED} == before


def test_forty_items_of_twelve_departments_are_fully_described() -> None:
    described = versions()
    assert len(described) >= 40
    assert len({version.item.department_id for version in described}) >= 12
    for version in described:
        assert version.is_applicable_online, version.name
        assert version.steps, version.name
        assert all(step["fields"] for step in version.steps), version.name
        assert version.materials.all(), version.name
        assert version.faqs.all(), version.name
        assert version.route.all(), version.name
        assert version.statutory_days is not None, version.name
        assert version.promise_days is not None, version.name
        assert version.legal_bases.all(), version.name
        assert all(basis.law and basis.article for basis in version.legal_bases.all()), version.name


def test_the_lists_of_undertakings_and_of_notices_to_deliver_show_something() -> None:
    kinds = Undertaking.objects.filter(state=Undertaking.State.OPEN).values_list("kind", flat=True)
    assert set(kinds) == set(Undertaking.Kind.values)
    assert NoticeService.objects.exclude(state=NoticeService.State.DONE).exists()


def test_no_promise_is_longer_than_the_statute() -> None:
    working_days_as_days = 1.4  # five working days are a week
    for version in versions():
        scale = {"W": working_days_as_days, "N": 1.0}
        promise = (version.promise_days or 0) * scale[version.promise_unit]
        assert promise <= (version.statutory_days or 0) * scale[version.statutory_unit], version.name


def test_every_review_post_has_a_holder_and_every_department_a_decider() -> None:
    held = set(PostHolding.objects.filter(is_active=True).values_list("post_id", flat=True))
    stages = ReviewStage.objects.filter(version__state=ItemVersion.State.PUBLISHED).select_related("post")
    assert [stage.name for stage in stages if stage.post_id not in held] == []
    for department in Department.objects.filter(items__isnull=False).distinct():
        assert staff.officer(role=PostHolding.Role.DECIDER, department_id=department.pk).name


def test_every_role_is_there_and_no_two_officers_share_a_name() -> None:
    seats = staff.places()
    assert {seat.role for seat in seats} == set(PostHolding.Role.values)
    assert len({seat.name for seat in seats}) == len(seats)
    assert Post.objects.count() == len({(seat.uscc, seat.post) for seat in seats})


def test_the_counter_serves_every_department_of_the_city() -> None:
    own = Department.objects.filter(region__code="519900")
    assert staff.counter_clerk().departments(Permission.COUNTER) == set(own.values_list("pk", flat=True))


def test_an_application_was_taken_in_for_another_county() -> None:
    row = Assistance.objects.get(is_away=True)
    case = row.case
    assert (row.state, case.state, case.department.name) == ("done", "submitted", "青山县民政局")
    assert "异地代收，青山县民政局办理" in case.signature.content["channel"]
    clerk = staff.officer(role=PostHolding.Role.COUNTER_CLERK, department_id=case.department_id)
    assert visible_to(clerk).filter(pk=case.pk).exists()  # who decides finds it among what waits for acceptance
    assert not visible_to(staff.counter_clerk()).filter(pk=case.pk).exists()


def test_every_number_has_its_check_character_and_no_real_region() -> None:
    for person in Person.objects.all():
        assert id_number_check(person.id_number[:17]) == person.id_number[17]
        assert person.id_number[:6] in {"519902", "519903", "519921"}
    for organisation in Organisation.objects.all():
        assert uscc_check(organisation.uscc[:17]) == organisation.uscc[17]
        assert org_code_check(organisation.uscc[8:16]) == organisation.uscc[16]


def test_ages_run_from_childhood_to_old_age() -> None:
    ages = sorted(age_on(people.id_number_of(row), dt.date(2026, 6, 30)) for row in cast_rows("persons"))
    assert ages[0] == 8
    assert ages[-1] >= 77


def test_a_rare_character_survives() -> None:
    account = find_account_by_login("13900000005")
    assert account is not None
    assert account.person is not None
    assert account.person.name == "周𠮷"


@pytest.mark.parametrize("login", ["13900000001", "139 0000 0001", "519902198804122141", "zwzx01"])
def test_sign_in_by_phone_id_number_or_staff_number(login: str) -> None:
    if login.startswith("5199"):
        login = next(people.id_number_of(row) for row in cast_rows("persons") if row["key"] == "liqinghe")
    account = find_account_by_login(login)
    assert account is not None
    assert account.check_password(PASSWORD)


def test_the_main_walk_finds_what_the_shop_holds() -> None:
    cast = people.load(SYSTEM)
    item = ServiceItem.objects.get(name="食品经营许可（首次申请）")
    draft = start_draft(cast.actor("qinghe"), item_id=item.pk)
    save_situation(cast.actor("qinghe"), case_id=draft.pk, chosen={"business_kind": "catering", "cold_dish": "no"})
    rows = CaseMaterial.objects.filter(case=draft).select_related("requirement")
    assert {row.requirement.key: row.way for row in rows} == {
        "business-licence": "certificate",
        "principal-id": "certificate",
        "health-proof": "certificate",
        "premises-proof": "verified",
        "floor-plan": "missing",
        "safety-rules": "missing",
    }
    proof = rows.get(requirement__key="premises-proof")
    assert proof.reason.startswith("政务中心已于")


def test_every_item_can_be_opened_by_somebody() -> None:
    cast = people.load(SYSTEM)
    for version in versions():
        who = "liqinghe" if "1" in version.audience else "qinghe"
        draft = start_draft(cast.actor(who), item_id=version.item_id)
        save_situation(cast.actor(who), case_id=draft.pk, chosen=first_answers(version))


def first_answers(version: ItemVersion) -> dict[str, str]:
    questions, chosen = list(version.situations.all()), {}
    while (question := next_situation(questions, chosen)) is not None:
        chosen[question.key] = options_for(question, chosen)[0]["value"]
    return chosen


def test_the_cases_under_way_stand_at_different_places() -> None:
    states = set(Case.objects.values_list("state", flat=True))
    assert {State.SUBMITTED, State.CORRECTING, State.IN_REVIEW, State.CLOSED} <= states
    assert Branch.objects.filter(state=Branch.State.OPEN).exists()
    assert Case.objects.filter(certificate__isnull=False).exists()


def test_history_lies_in_the_past_and_in_order() -> None:
    for case in Case.objects.prefetch_related("events"):
        moments = [event.created_at for event in case.events.all()]
        assert moments == sorted(moments)
        assert moments[-1] < timezone.now()


def test_nothing_is_loaded_outside_a_demonstration(settings) -> None:
    settings.DEMO = False
    for command in ("load_demo", "demo_accounts"):
        with pytest.raises(CommandError, match="not a demonstration"):
            call_command(command)
    with pytest.raises(RuntimeError), timeline.on(dt.date(2026, 1, 5)):
        pass


def test_the_accounts_are_printed(capsys) -> None:
    call_command("demo_accounts", "--all")
    printed = capsys.readouterr().out
    assert all(seat.number in printed for seat in staff.places())
    assert PASSWORD in printed


def test_the_clock_goes_on_after_an_error() -> None:
    real = timezone.now
    with pytest.raises(ValueError, match="x"), timeline.on(dt.date(2026, 1, 5)):
        raise ValueError("x")
    assert timezone.now is real


def test_mandates_are_in_force_for_what_they_name() -> None:
    agents = {row.agent.name: row for row in Mandate.objects.filter(state="accepted").select_related("agent")}
    assert set(agents) == {"何佳", "周𠮷", "张志远"}
    assert agents["张志远"].kind == "guardian"
    assert set(agents["何佳"].item_codes) == {
        item.code for item in ServiceItem.objects.filter(name__in=["高龄津贴申领", "跨省异地就医备案"])
    }
    assert (agents["周𠮷"].kind, agents["周𠮷"].scope) == ("handler", "all")


def test_nine_old_apps_show_what_to_merge_and_an_old_link_lands_on_its_item() -> None:
    assert LegacyApp.objects.count() == 9
    shared = overlap(SYSTEM)
    assert len(shared.items) == 6
    assert {app for item, _name in shared.items for app, _app, _functions in shared.apps_of(item)} < {
        app for app, _name in overlap(SYSTEM, only_shared=False).apps
    }
    assert [app.name for app in apps(SYSTEM, AppFilter(view="idle"))] == ["助残通"]
    assert {app.name for app in apps(SYSTEM, AppFilter(view="shell"))} == {"助残通", "安居查询"}
    landing = resolve("https://syt.example.cn/food/apply.do?type=new")
    assert [item.name for item in landing.items] == ["食品经营许可（首次申请）"]
    assert resolve("edj-shop").items == []  # proposed, not agreed
