"""Whole lives of cases through actions: applicants whose proofs the store holds, as on any errand but the first.

A life is a draft, its form, its declaration, the submission with signature and receipt, the acceptance, two reviews
and the approval, which enters a certificate into the register. No file is made: that is background work.
"""

import multiprocessing
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from threading import Barrier, Thread

from django.db import connections

from cases.actions import decision, drafts, intake, review, submission
from cases.models import Case
from certificates.actions import issue
from certificates.models import CertificateType
from common.checksums import id_number_check
from identity.actions import open_account, register_organisation, register_person
from identity.actor import SYSTEM, Actor
from identity.queries import actor_for
from identity.rules import make_uscc
from services.models import MaterialRequirement
from tests.factories import moves
from tests.factories.cast import Cast, build_cast

SHOPS = 20  # of each process
PROCESSES = 2
ANSWERS = {"org.name": "青禾餐饮店", "area": "80", "note": ""}


@dataclass(frozen=True, slots=True)
class Applicant:
    """Somebody with a shop whose papers were compared once: ``actor`` acts for it, ``account_id`` signs in."""

    actor: Actor
    cast: Cast


def a_city() -> Cast:
    """The cast of the tests, where the floor plan is good for a year too and a shop may hold several licences."""
    cast = build_cast()
    MaterialRequirement.objects.filter(version=cast.version, key="plan").update(fresh_days=365)
    CertificateType.objects.update(is_single_instance=False)
    return cast


def applicants(cast: Cast, count: int) -> list[Applicant]:
    """People with a shop and a licence each; their first errand has been granted, so that nothing is uploaded again."""
    return [_applicant(cast, number) for number in range(count)]


def _applicant(cast: Cast, number: int) -> Applicant:
    digits = f"5199021980{1 + number % 12:02d}{1 + number // 12 % 28:02d}9{number // 336 % 50 * 2:02d}"
    person = register_person(
        SYSTEM, name="王安康", id_number=digits + id_number_check(digits), phone=f"137{number:08d}", assurance_level=4
    )
    shop = register_organisation(
        SYSTEM,
        uscc=make_uscc(prefix="92", region="519902", body=f"MB{number:06d}"),
        name=f"青禾餐饮店{number}",
        kind="个体工商户",
        address="示范市中心区人民路18号",
        legal_representative=person,
    )
    face = {"name": shop.name, "address": shop.address}
    issue(SYSTEM, certificate_type=cast.licence.type, holder=shop.party, issuer=cast.scjg, face=face)
    actor = actor_for(open_account(SYSTEM, person=person, password=None), principal_id=shop.pk)
    own = replace(cast, citizen=actor)
    moves.an_approved_case(own)
    return Applicant(actor, own)


def a_draft(applicant: Applicant) -> Case:
    """A draft that is whole: form, declaration, and what the store holds."""
    case = drafts.start_draft(applicant.actor, item_id=applicant.cast.item.pk)
    drafts.save_answers(applicant.actor, case_id=case.pk, step_key="shop", raw=ANSWERS)
    promised = case.materials.get(requirement__key="rules")
    drafts.promise_material(applicant.actor, case_id=case.pk, material_id=promised.pk)
    return case


def live(applicant: Applicant) -> Case:
    """One life; the case ends decided, with its certificate in the register."""
    cast, case = applicant.cast, a_draft(applicant)
    case = submission.submit(applicant.actor, case_id=case.pk, declared=True)
    case = intake.accept(cast.clerk, case_id=case.pk)
    for branch in case.branches.select_related("stage"):
        officer = cast.food if branch.stage.key == "food" else cast.fire
        review.review(
            officer, case_id=case.pk, branch_id=branch.pk, agreed=True, opinion="符合", second_officer="周同行"
        )
    case = decision.approve(cast.decider, case_id=case.pk)
    assert case.certificate_id is not None
    return case


def lives_per_s(everybody: list[Applicant], count: int) -> float:
    """Lives a second, ``count`` by each of two processes at once, each with applicants of its own."""
    connections.close_all()  # a connection is never shared with a child
    shares = [everybody[number::PROCESSES] for number in range(PROCESSES)]
    with ProcessPoolExecutor(PROCESSES, mp_context=multiprocessing.get_context("fork")) as pool:
        list(pool.map(partial(_live_all, count=2), shares))  # warm
        start = time.perf_counter()
        list(pool.map(partial(_live_all, count=count), shares))
        return PROCESSES * count / (time.perf_counter() - start)


def _live_all(share: list[Applicant], *, count: int) -> None:
    for number in range(count):
        live(share[number % len(share)])


def numbers_of_racers(everybody: list[Applicant], *, each: int) -> list[str]:
    """The numbers of cases that sixteen submitters hand in at the same moment, ``each`` after the other."""
    ready, found = Barrier(len(everybody)), []
    ways = [Thread(target=_race, args=(one, each, ready, found)) for one in everybody]
    for way in ways:
        way.start()
    for way in ways:
        way.join()
    return found


def _race(applicant: Applicant, each: int, ready: Barrier, found: list[str]) -> None:
    try:
        for _ in range(each):
            found.append(_number_of(applicant, ready))
    finally:
        connections.close_all()


def _number_of(applicant: Applicant, ready: Barrier) -> str:
    case = a_draft(applicant)
    ready.wait()
    return submission.submit(applicant.actor, case_id=case.pk, declared=True).number or ""
