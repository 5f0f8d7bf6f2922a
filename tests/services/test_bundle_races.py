"""Two people at once on one bundle: one act wins, the other is told, and nothing is half done."""

import pytest

from identity.reviewing.states import VersionAction
from services.bundles import editing
from services.models import Bundle, BundleVersion
from tests.factories.bundles import a_bundle
from tests.factories.editing import a_desk
from tests.factories.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_publishing_at_once_publish_once():
    desk = a_desk()
    bundle = a_bundle(desk)
    draft = editing.open_draft(desk.ann, bundle_id=bundle.pk)
    for who, action in ((desk.ann, VersionAction.SUBMIT), (desk.ben, VersionAction.APPROVE)):
        draft = editing.step(who, version_id=draft.pk, action=action, expected_revision=draft.revision)

    def publish(who):
        return editing.step(who, version_id=draft.pk, action=VersionAction.PUBLISH, expected_revision=draft.revision)

    results = at_once(lambda: publish(desk.ann), lambda: publish(desk.cai))
    assert [result for result in results if isinstance(result, str)] == ["services.stale_version"]
    assert BundleVersion.objects.filter(state="published").count() == 1
    assert Bundle.objects.get().current_id == draft.pk
    assert draft.history.filter(action="publish").count() == 1


def test_two_beginning_a_draft_at_once_begin_one():
    desk = a_desk()
    bundle = a_bundle(desk)
    results = at_once(*[lambda: editing.open_draft(desk.ann, bundle_id=bundle.pk) for _ in range(2)])
    assert [result for result in results if isinstance(result, str)] == ["services.open_version_exists"]
    assert bundle.versions.filter(state="draft").count() == 1
