"""Show codes: once, within a minute, with what the holder chose; every look stands in the use log."""

import datetime as dt

import pytest
from django.core.cache import cache
from django.utils import timezone

from certificates.actions import change_state
from certificates.errors import CertificateNotFound
from certificates.models import CertificateType, Disclosure
from certificates.states import Operation
from certificates.wallet import use_log
from certificates.wallet.counting_actions import count_public_check
from certificates.wallet.errors import FieldUnknown, NotShowable, TooManyCodes
from certificates.wallet.fields import usual_keys
from certificates.wallet.models import PublicCheck, ShowCode
from certificates.wallet.queries import public_checks
from certificates.wallet.showing import ShowFinding, peek
from certificates.wallet.showing_actions import make_show_code, sweep_show_codes, use_show_code
from common.models import AuditEvent
from identity.actor import PUBLIC, SYSTEM
from identity.errors import AssuranceTooLow, MandateEnded
from identity.mandates import actions as mandates
from identity.models import Mandate
from tests.factories.cast import Cast, build_cast
from tests.factories.mandates import an_agent, some_terms
from tests.factories.threads import at_once


def made(cast: Cast, *chosen: str) -> str:
    return make_show_code(cast.citizen, certificate_id=cast.licence.pk, chosen=chosen).code


def test_a_code_shows_the_certificate_once_and_says_plainly_that_it_was_used(cast: Cast):
    code = made(cast, "address")
    assert peek(code) == ShowFinding.FRESH
    shown = use_show_code(PUBLIC, code=code)
    assert shown.finding == ShowFinding.SHOWN
    assert shown.found is not None
    assert shown.found.type_name == "营业执照"
    assert shown.values == (("住所", cast.shop.address),)
    again = use_show_code(PUBLIC, code=code)
    assert (again.finding, again.found, again.values) == (ShowFinding.USED, None, ())
    assert again.used_at == shown.used_at
    assert Disclosure.objects.count() == 1, "a replay leaves nothing"


def test_only_a_keyed_digest_of_the_code_is_kept(cast: Cast):
    code = made(cast)
    row = ShowCode.objects.get()
    assert code.encode() not in bytes(row.digest)
    kept = [*AuditEvent.objects.values_list("detail", flat=True), *ShowCode.objects.values_list("fields", flat=True)]
    assert code not in str(kept)


def test_after_a_minute_the_code_is_over(cast: Cast):
    code = made(cast)
    row = ShowCode.objects.get()
    assert dt.timedelta(seconds=59) < row.expires_at - timezone.now() <= dt.timedelta(seconds=60)
    ShowCode.objects.update(expires_at=timezone.now())
    assert peek(code) == ShowFinding.EXPIRED
    assert use_show_code(PUBLIC, code=code).found is None
    assert Disclosure.objects.count() == 0
    assert ShowCode.objects.get().used_at is None


def test_a_new_code_ends_the_one_before(cast: Cast):
    first, second = made(cast), made(cast)
    assert peek(first) == ShowFinding.EXPIRED
    assert peek(second) == ShowFinding.FRESH


@pytest.mark.parametrize("code", ["", "x", "0" * 300, "码", "a\x00b"])
def test_made_up_codes_are_unknown(cast: Cast, code: str):
    assert peek(code) == ShowFinding.UNKNOWN
    assert use_show_code(PUBLIC, code=code).finding == ShowFinding.UNKNOWN


@pytest.mark.django_db(transaction=True)
def test_of_two_who_scan_at_once_one_sees_it():
    cast = build_cast()
    code = made(cast)
    results = at_once(*[lambda: use_show_code(PUBLIC, code=code).finding] * 2)
    assert sorted(map(str, results)) == ["shown", "used"]
    assert Disclosure.objects.count() == 1


def test_a_look_stands_in_the_use_log_and_the_audit(cast: Cast):
    use_show_code(cast.stranger, code=made(cast, "name"))
    line = use_log.in_words(use_log.uses(cast.licence))[0]
    assert (line.who, line.how) == ("现场扫码的人", "扫码查看")
    assert "名称" in line.purpose
    event = AuditEvent.objects.get(code="grant.used")
    assert (event.holder_id, event.actor_id) == (cast.shop.pk, cast.stranger.account_id)


def test_what_is_sensitive_or_a_persons_own_goes_along_only_when_chosen(cast: Cast):
    fields = [
        {"key": "name", "label": "名称", "element": "org.name"},
        {"key": "address", "label": "账号", "sensitive": True},
        {"key": "boss", "label": "负责人", "element": "person.name"},
    ]
    CertificateType.objects.filter(pk=cast.licence.type_id).update(fields=fields)
    cast.licence.refresh_from_db()
    cast.licence.face["boss"] = "李清荷"
    cast.licence.save()
    assert usual_keys(cast.licence) == ["name"]
    assert use_show_code(PUBLIC, code=made(cast, "boss")).values == (("负责人", "李清荷"),)


def test_refusals_make_no_code(cast: Cast):
    with pytest.raises(CertificateNotFound):
        make_show_code(cast.stranger, certificate_id=cast.licence.pk, chosen=[])
    with pytest.raises(CertificateNotFound):
        make_show_code(cast.decider, certificate_id=cast.licence.pk, chosen=[])
    with pytest.raises(FieldUnknown):
        made(cast, "secret")
    low = cast.citizen.__class__(**{**_fields(cast.citizen), "assurance_level": 2})
    with pytest.raises(AssuranceTooLow):
        make_show_code(low, certificate_id=cast.licence.pk, chosen=[])
    assert ShowCode.objects.count() == 0


def _fields(actor) -> dict:
    return {name: getattr(actor, name) for name in actor.__dataclass_fields__}


def test_a_suspended_certificate_is_not_shown_and_a_state_that_changed_meanwhile_is(cast: Cast):
    code = made(cast)
    change_state(
        cast.decider, certificate_id=cast.licence.pk, operation=Operation.SUSPEND, reason="年报逾期", legal_basis="条例"
    )
    with pytest.raises(NotShowable):
        made(cast)
    found = use_show_code(PUBLIC, code=code).found
    assert found is not None
    assert found.state == "suspended"


def test_an_agent_shows_only_what_the_mandate_opens(cast: Cast):
    agent = an_agent(cast, terms=some_terms(may_use_wallet=False))
    with pytest.raises(CertificateNotFound):
        make_show_code(agent, certificate_id=cast.licence.pk, chosen=[])
    assert ShowCode.objects.count() == 0


def test_after_the_mandate_ended_an_agent_shows_nothing(cast: Cast):
    agent = an_agent(cast, terms=some_terms(may_use_wallet=True))
    make_show_code(agent, certificate_id=cast.licence.pk, chosen=[])
    mandates.revoke(cast.citizen, mandate_id=Mandate.objects.get().pk)
    with pytest.raises(MandateEnded):
        make_show_code(agent, certificate_id=cast.licence.pk, chosen=[])
    assert ShowCode.objects.count() == 1


def test_codes_are_not_made_by_the_dozen(cast: Cast):
    cache.clear()
    for _round in range(10):
        made(cast)
    with pytest.raises(TooManyCodes):
        made(cast)
    assert ShowCode.objects.count() == 10


def test_old_codes_are_swept_away(cast: Cast):
    made(cast)
    assert sweep_show_codes(SYSTEM, now=timezone.now()) == 0
    assert sweep_show_codes(SYSTEM, now=timezone.now() + dt.timedelta(days=2)) == 1


def test_public_checks_are_counted_and_nothing_else(cast: Cast):
    for _round in range(3):
        count_public_check(PUBLIC, certificate_id=cast.licence.pk)
    assert public_checks(cast.licence) == 3
    assert PublicCheck.objects.count() == 1
    assert list(use_log.uses(cast.licence)) == []
