"""What tests of rights over data need: a copy made, an account closed, an officer who corrects."""

import io
import zipfile
from typing import Any

from django.utils import timezone

from identity.actor import Actor
from identity.models import AccountClosure, DataExport, PostHolding
from identity.privacy import export_actions
from identity.privacy.closing_actions import close_account
from identity.privacy.correction_actions import Wrong
from identity.privacy.rules import CHANGE_OF_MIND
from tests.factories.cast import Cast, a_member_of_staff
from tests.factories.catalogue import a_post


def a_made_export(actor: Actor) -> DataExport:
    """A copy that is ready to be downloaded."""
    export = export_actions.request_export(actor)
    export_actions.produce_file(export_id=export.pk)
    export.refresh_from_db()
    return export


def opened(content: bytes) -> zipfile.ZipFile:
    """A downloaded copy."""
    return zipfile.ZipFile(io.BytesIO(content))


def a_data_officer(cast: Cast, *, number: str = "1090") -> Actor:
    """Manages persons' data in the department that issued the shop's licence."""
    return a_member_of_staff(number, a_post(cast.scjg, f"数据管理{number}"), PostHolding.Role.DATA_OFFICER)


def a_wrong_address(**changes: Any) -> Wrong:
    """What the stranger says about their address."""
    return Wrong(**{"subject": "address", "current": "", "wanted": "示范市湖滨区解放路1号", **changes})


def a_closed_account(actor: Actor, *, is_over: bool = False) -> AccountClosure:
    """An account its owner closed, perhaps longer ago than one may change one's mind."""
    closure = close_account(actor, understood=True)
    if is_over:
        AccountClosure.objects.filter(pk=closure.pk).update(erase_after=timezone.now() - CHANGE_OF_MIND)
    return closure
