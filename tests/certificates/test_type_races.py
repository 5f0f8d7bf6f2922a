"""Two people at one certificate type at once: one draft, one publication, nobody's work lost."""

from dataclasses import replace

import pytest

from certificates.actions import issue
from certificates.models import CertificateType, CertificateTypeVersion
from certificates.types import actions
from certificates.types.content import TypeContent, content_of
from identity.actor import SYSTEM
from identity.models import PostHolding
from identity.reviewing.states import VersionAction
from tests.factories.cast import a_member_of_staff, build_cast
from tests.factories.catalogue import a_post
from tests.factories.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_one_draft_one_saver_one_publication():
    cast = build_cast()
    ann, ben = (
        a_member_of_staff(number, a_post(cast.scjg, number), PostHolding.Role.DATA_OFFICER)
        for number in ("2001", "2002")
    )
    kind = CertificateType.objects.get(pk=cast.food_licence.pk)
    kind.is_single_instance = False
    kind.save()
    results = at_once(*[lambda who=who: actions.open_draft(who, type_id=kind.pk) for who in (ann, ben)])
    assert sorted(isinstance(one, str) for one in results) == [False, True]
    version = CertificateTypeVersion.objects.get(state="draft")
    content = TypeContent.restored(version.content)
    results = at_once(
        *[
            lambda who=who, name=name: actions.save_draft(
                who, version_id=version.pk, content=replace(content, name=name), expected_revision=version.revision
            )
            for who, name in ((ann, "甲"), (ben, "乙"))
        ]
    )
    assert [one for one in results if isinstance(one, str)] == ["services.stale_version"]
    chef = a_member_of_staff("2003", a_post(cast.scjg, "2003"), PostHolding.Role.DATA_OFFICER)
    for who, action in ((ann, "submit"), (chef, "approve")):
        version.refresh_from_db()
        actions.step_type(who, version_id=version.pk, action=VersionAction(action), expected_revision=version.revision)
    version.refresh_from_db()
    before = CertificateType.objects.get(pk=kind.pk).current_id
    results = at_once(
        *[
            lambda who=who: actions.step_type(
                who, version_id=version.pk, action=VersionAction.PUBLISH, expected_revision=version.revision
            )
            for who in (ann, ben)
        ],
        lambda: issue(
            SYSTEM,
            certificate_type=CertificateType.objects.get(pk=kind.pk),
            holder=cast.shop.party,
            issuer=cast.scjg,
            face={"name": "青禾"},
        ),
    )
    assert sum(isinstance(one, str) for one in results[:2]) == 1
    assert CertificateTypeVersion.objects.filter(key=kind.key, state="published").count() == 1
    assert results[2].type_version_id in {before, version.pk}


def test_two_new_types_under_one_key():
    cast = build_cast()
    people = [
        a_member_of_staff(number, a_post(cast.scjg, number), PostHolding.Role.DATA_OFFICER)
        for number in ("2001", "2002")
    ]
    content = replace(content_of(cast.food_licence), sequence="0A7")
    results = at_once(
        *[lambda who=who: actions.add_type(who, key="small-food", definer=cast.scjg, content=content) for who in people]
    )
    assert sum(isinstance(one, str) for one in results) == 1
    assert CertificateTypeVersion.objects.filter(key="small-food").count() == 1
