"""Two people at once about one mandate: one act wins, the other is told, nothing is done twice."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.utils import timezone

from cases.actions import drafts
from certificates.mandate_actions import end_mandate
from certificates.models import Document
from common.models import AuditEvent
from identity.mandates import actions
from identity.mandates.renewal_actions import propose_renewal
from identity.models import Mandate, Person
from identity.queries import actor_for
from tests.factories import moves
from tests.factories.cast import Cast, a_picture, build_cast
from tests.factories.mandates import an_agent, some_terms
from tests.factories.threads import at_once
from tests.factories.wards import a_guardian, a_ward

pytestmark = pytest.mark.django_db(transaction=True)


def about_to_end(cast: Cast) -> Mandate:
    agent = an_agent(cast)
    end = timezone.localdate() + dt.timedelta(days=5)
    Mandate.objects.update(ends_on=end, starts_on=end - dt.timedelta(days=100))
    return Mandate.objects.get(pk=agent.mandate_id)


def refusals(results: list[object]) -> list[object]:
    return [result for result in results if isinstance(result, str)]


def paper(cast: Cast) -> Callable[[], Mandate]:
    agent = Person.objects.get(pk=cast.stranger.person_id)

    def record() -> Mandate:
        return actions.record_from_paper(
            cast.clerk,
            kind="person",
            principal=cast.li.party,
            agent_name=agent.name,
            agent_id_number=agent.id_number,
            terms=some_terms(),
            original_id="scan",
        )

    return record


def test_two_clerks_who_record_at_once_record_one_mandate():
    cast = build_cast()
    results = at_once(paper(cast), paper(cast))
    assert refusals(results) == ["identity.mandate_exists"]
    assert Mandate.objects.count() == 1


def test_two_clerks_who_record_a_guardian_at_once_record_one():
    cast = build_cast()
    ward = a_ward(10)
    results = at_once(lambda: a_guardian(cast, ward), lambda: a_guardian(cast, ward))
    assert refusals(results) == ["identity.mandate_exists"]
    assert Mandate.objects.filter(state="accepted").count() == 1


def test_two_renewals_offered_at_once_are_one():
    cast = build_cast()
    old = about_to_end(cast)
    results = at_once(*[lambda: propose_renewal(cast.citizen, mandate_id=old.pk) for _ in range(2)])
    assert refusals(results) == ["identity.mandate_exists"]
    assert Mandate.objects.filter(renews=old).count() == 1


def test_a_renewal_accepted_twice_at_once_ends_the_old_one_once():
    cast = build_cast()
    new = propose_renewal(cast.citizen, mandate_id=about_to_end(cast).pk)
    results = at_once(*[lambda: actions.accept(cast.stranger, mandate_id=new.pk) for _ in range(2)])
    assert refusals(results) == []
    assert list(Mandate.objects.order_by("pk").values_list("state", flat=True)) == ["ended", "accepted"]
    assert AuditEvent.objects.filter(code="identity.mandate_ended").count() == 1
    assert AuditEvent.objects.filter(code="identity.mandate_accepted", subject_id=str(new.pk)).count() == 1


def test_accepting_the_renewal_while_the_old_one_is_revoked_does_not_deadlock():
    cast = build_cast()
    old = about_to_end(cast)
    new = propose_renewal(cast.citizen, mandate_id=old.pk)
    results = at_once(
        lambda: actions.accept(cast.stranger, mandate_id=new.pk),
        lambda: actions.revoke(cast.citizen, mandate_id=old.pk),
    )
    states = list(Mandate.objects.order_by("pk").values_list("state", flat=True))
    assert (states, refusals(results)) in [
        (["ended", "accepted"], ["identity.mandate_moved"]),
        (["revoked", "revoked"], ["identity.mandate_moved"]),
    ]


def test_ended_at_the_counter_while_the_agent_uploads_is_one_after_the_other():
    cast = build_cast()
    agent = an_agent(cast)
    case = moves.a_draft(cast)
    row = case.materials.get(requirement__key="plan")
    mandate = Mandate.objects.get(pk=agent.mandate_id)
    files = Document.objects.filter(owner_id=cast.shop.pk, kind="floor-plan")
    results = at_once(
        lambda: drafts.upload_material(agent, case_id=case.pk, material_id=row.pk, upload=a_picture()),
        lambda: end_mandate(cast.clerk, mandate=mandate, word="principal", scan=a_picture("解除.png")),
    )
    mandate.refresh_from_db()
    row.refresh_from_db()
    assert mandate.state == "revoked"
    assert Document.objects.filter(kind="mandate-end").count() == 1
    if results[0] == "identity.mandate_ended":
        assert (row.way, files.count()) == ("missing", 0)
    else:
        assert (row.way, files.get().created_at < mandate.revoked_at) == ("upload", True)
    account = Person.objects.get(pk=agent.person_id).account
    assert actor_for(account, principal_id=cast.shop.pk).is_principal_lost
