"""Staff whose post has ended, who stand in for somebody, or who took their second factor away, meet what is open."""

import datetime as dt
import time
from collections.abc import Callable

import pytest
from allauth.mfa.signals import authenticator_removed
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from cases.actions import decision, review
from cases.errors import OwnReview, SecondOfficerMissing
from cases.models import Branch
from certificates.actions import issue
from certificates.locker import mark_original_seen, upload_document
from certificates.models import Certificate, Document
from identity.mandates import counter_actions
from identity.mandates import guardianship_actions as guardians
from identity.models import (
    Account,
    CapacityRecord,
    ClientProfile,
    CorrectionRequest,
    LikelyDuplicate,
    Mandate,
    Party,
    PersonMerge,
    PostHolding,
)
from identity.persons.counter_actions import confirm_face_to_face
from identity.persons.merge_actions import mark_different, merge, report_pair
from identity.privacy import correction_actions
from identity.sso import client_actions
from identity.staff.actions import accounts, holdings, places
from identity.staff.errors import HoldingEnded
from tests.factories import moves
from tests.factories.cast import PASSWORD, Cast, a_member_of_staff, a_picture
from tests.factories.catalogue import a_post
from tests.factories.mandates import a_mandate
from tests.factories.persons import an_officer, li_again
from tests.factories.privacy import a_wrong_address
from tests.factories.sso import an_app
from tests.factories.staff import again, an_administrator, holding_of
from tests.factories.wards import a_ward, some_facts

REASON = "核对户口簿，是同一人"


def ended(actor) -> None:
    """Their post ended a moment ago, in another window."""
    PostHolding.objects.filter(pk=actor.holding_id).update(is_active=False, ended_at=timezone.now())


def everything() -> tuple[object, ...]:
    """What must be the same after a refusal."""
    tables = (Certificate, Mandate, CapacityRecord, PersonMerge, LikelyDuplicate, ClientProfile, Account)
    return (
        *(model.objects.count() for model in tables),
        list(Account.objects.order_by("pk").values_list("is_active", "password", "staff_name")),
        list(Document.objects.values_list("grade", flat=True)),
        list(Mandate.objects.values_list("state", flat=True)),
        list(LikelyDuplicate.objects.values_list("state", flat=True)),
        list(CorrectionRequest.objects.values_list("state", flat=True)),
        list(ClientProfile.objects.values_list("is_active", flat=True)),
        list(PostHolding.objects.order_by("pk").values_list("ended_at", flat=True)),
        Party.objects.filter(merged_into__isnull=False).count(),
    )


def test_whoever_lost_the_post_meanwhile_does_nothing_any_more(cast: Cast):
    officer, admin, twin = an_officer(cast), an_administrator(cast.scjg), li_again(cast)
    acting = an_administrator(cast.scjg, "9002", post="系统管理二")
    app = an_app(cast.scjg)
    registrar = a_member_of_staff("1077", a_post(cast.scjg, "发证"), PostHolding.Role.DECIDER)
    mandate, ward = a_mandate(cast), a_ward(9)
    correction = correction_actions.request_correction(cast.stranger, wrong=a_wrong_address())
    pair = report_pair(officer, first_id=cast.li.pk, second_id=twin.pk, signs=["officer"])
    document = upload_document(cast.person, owner_id=cast.li.pk, kind="x", name="x", upload=a_picture())
    clerk_account = Account.objects.get(pk=cast.clerk.account_id)
    acts: list[tuple[object, Callable[[], object]]] = [
        (cast.clerk, lambda: mark_original_seen(cast.clerk, document_id=document.pk)),
        (cast.clerk, lambda: confirm_face_to_face(cast.clerk, person_id=cast.li.pk, original_id="scan")),
        (
            cast.clerk,
            lambda: guardians.record_guardian(cast.clerk, ward=ward, facts=some_facts(cast.li), original_id="s"),
        ),
        (
            cast.clerk,
            lambda: counter_actions.end_at_counter(cast.clerk, mandate_id=mandate.pk, word="agent", original_id="s"),
        ),
        (officer, lambda: merge(officer, kept_id=cast.li.pk, other_id=twin.pk, reason=REASON)),
        (officer, lambda: mark_different(officer, pair_id=pair.pk, reason="是双胞胎姐妹")),
        (officer, lambda: correction_actions.pass_on(officer, request_id=correction.pk)),
        (
            registrar,
            lambda: issue(
                registrar,
                certificate_type=cast.food_licence,
                holder=cast.shop.party,
                issuer=cast.scjg,
                face={},
            ),
        ),
        (acting, lambda: client_actions.disable(acting, profile_id=app.profile.pk)),
        (acting, lambda: accounts.disable(acting, account=clerk_account, reason="离职")),
        (acting, lambda: accounts.reset_sign_in(acting, account=clerk_account)),
        (acting, lambda: accounts.rename(acting, account=clerk_account, name="换了名")),
        (acting, lambda: holdings.end_holding(acting, holding_id=cast.food.holding_id, why="调动")),
        (acting, lambda: places.save_post(acting, department=cast.scjg, name="新岗位")),
    ]
    for actor in {id(actor): actor for actor, _act in acts}.values():
        ended(actor)
    before = everything()
    for place, (_actor, act) in enumerate(acts):
        with pytest.raises(HoldingEnded):
            act()
            pytest.fail(f"act {place} was done")
    assert everything() == before
    assert again(admin).is_staff


def test_who_stands_in_for_the_decider_does_not_decide_what_they_reviewed(cast: Cast):
    case = moves.a_reviewed_case(cast)
    reviewer = Account.objects.get(pk=cast.food.account_id)
    today = timezone.localdate()
    stand_in = holdings.name_substitute(
        an_administrator(cast.scjg),
        holding_id=cast.decider.holding_id,
        substitute=reviewer,
        starts_on=today,
        ends_on=today + dt.timedelta(days=7),
    )
    holdings.switch_post(cast.food, holding_id=stand_in.pk)
    actor = again(cast.food)
    assert actor.stands_in_for == cast.decider.account_id
    for act in (
        lambda: decision.approve(actor, case_id=case.pk),
        lambda: decision.refuse(actor, case_id=case.pk, reason="场所不符合规定"),
    ):
        with pytest.raises(OwnReview):
            act()
    case.refresh_from_db()
    assert case.state == "in_review"
    decision.refuse(cast.decider, case_id=case.pk, reason="场所不符合规定")


def test_the_absent_one_is_no_second_officer_of_whoever_stands_in(cast: Cast):
    case = moves.an_accepted_case(cast)
    branch = case.branches.get(stage__key="food") if case.branches.filter(stage__key="food").exists() else None
    branch = branch or case.branches.filter(post_id=cast.food.post_id).first() or case.branches.first()
    type(branch.stage).objects.filter(pk=branch.stage_id).update(is_substantive=True)
    today = timezone.localdate()
    colleague = a_member_of_staff("1088", a_post(cast.scjg, "窗口二"), PostHolding.Role.COUNTER_CLERK)
    stand_in = holdings.name_substitute(
        an_administrator(cast.scjg),
        holding_id=cast.food.holding_id,
        substitute=Account.objects.get(pk=colleague.account_id),
        starts_on=today,
        ends_on=today + dt.timedelta(days=7),
    )
    holdings.switch_post(colleague, holding_id=stand_in.pk)
    actor = again(colleague)
    for name in (cast.food.name, f" {actor.name} "):
        with pytest.raises(SecondOfficerMissing):
            review.review(actor, case_id=case.pk, branch_id=branch.pk, agreed=True, opinion="", second_officer=name)
    assert Branch.objects.get(pk=branch.pk).reviewer_id is None


def test_a_second_factor_taken_away_is_asked_for_on_the_next_page(cast: Cast, settings):
    settings.STAFF_MFA_REQUIRED = True
    account = Account.objects.get(pk=cast.clerk.account_id)
    factor = TOTP.activate(account, generate_totp_secret()).instance
    browser = Client()
    browser.force_login(account, backend="identity.backends.PhoneOrIdBackend")
    assert browser.get(reverse("worklist")).status_code == 200
    request = RequestFactory().post("/")
    request.session = browser.session
    factor.delete()
    authenticator_removed.send(sender=type(factor), request=request, user=account, authenticator=factor)
    request.session.save()
    assert browser.get(reverse("worklist")).headers["Location"] == reverse("mfa_activate_totp")


@pytest.mark.parametrize(
    ("role", "name", "args"),
    [
        ("officer", "workbench_duplicate", "pair"),
        ("officer", "workbench_closed_person", ""),
        ("officer", "workbench_correction", "correction"),
        ("officer", "workbench_persons", ""),
        ("admin", "workbench_client_new", ""),
        ("admin", "workbench_client", "app"),
        ("admin", "workbench_client_step", "app_secret"),
        ("clerk", "workbench_counter", ""),
        ("clerk", "workbench_guardians", ""),
        ("clerk", "workbench_mandates", ""),
        ("clerk", "workbench_person_step", "change"),
        ("clerk", "workbench_mandate_end", "mandate"),
    ],
)
def test_what_reaches_far_asks_for_a_fresh_proof(cast: Cast, settings, role, name, args):
    settings.STAFF_STEP_UP_MINUTES = 30
    officer, twin = an_officer(cast), li_again(cast)
    numbers = {"officer": "1031", "clerk": "1001", "admin": "9001"}
    an_administrator(cast.scjg)
    app = an_app(cast.scjg).profile
    known = {
        "": [],
        "pair": [report_pair(officer, first_id=cast.li.pk, second_id=twin.pk, signs=["officer"]).pk],
        "correction": [correction_actions.request_correction(cast.stranger, wrong=a_wrong_address()).pk],
        "app": [app.pk],
        "app_secret": [app.pk, "secret"],
        "change": [cast.li.pk, "change"],
        "mandate": [a_mandate(cast).pk],
    }
    browser = Client()
    browser.post(reverse("account_login"), {"login": numbers[role], "password": PASSWORD})
    session = browser.session
    for record in session["account_authentication_methods"]:
        record["at"] = time.time() - 31 * 60
    session.save()
    answer = browser.post(reverse(name, args=known[args]))
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(reverse("account_reauthenticate"))
    assert holding_of(officer).is_active
