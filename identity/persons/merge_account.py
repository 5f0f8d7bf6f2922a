"""What becomes of two sign-ins when two registrations become one."""

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount

from identity.account_actions import end_all_sessions
from identity.actor import Actor
from identity.models import Account, Person, SubjectIdentifier
from identity.persons.listeners import Moved


def move_account(actor: Actor, kept: Person, other: Person) -> Moved:
    """Give the kept person the other's sign-in; when both have one, the other's ends with all its sessions."""
    accounts = Account.objects.select_for_update(nowait=True).filter(person__in=[kept, other]).order_by("pk")
    found = {account.person_id: account for account in accounts}
    account = found.get(other.pk)
    if account is None:
        return {}
    end_all_sessions(actor, account_id=account.pk)
    if kept.pk in found:
        return _end(account, found[kept.pk])
    account.person = kept
    account.save(update_fields=["person"])
    if other.phone and account.is_active:
        kept.phone = other.phone  # the phone that the sign-in goes by
        kept.save(update_fields=["phone"])
    return {"identity.account.person": [str(account.pk)]}


def _end(account: Account, kept: Account) -> Moved:
    """Close one of two sign-ins; by what apps and the identity service know, they find the kept one."""
    account.is_active, account.phone_index = False, None
    account.set_unusable_password()
    account.save(update_fields=["is_active", "phone_index", "password"])
    Authenticator.objects.filter(user=account).delete()
    services = SocialAccount.objects.filter(user=account)
    services.filter(provider__in=SocialAccount.objects.filter(user=kept).values("provider")).delete()
    sectors = SubjectIdentifier.objects.filter(account=kept).values("sector")
    names = SubjectIdentifier.objects.filter(account=account).exclude(sector__in=sectors)
    moved = {
        "identity.account.closed": [str(account.pk)],
        "socialaccount.user": [str(key) for key in services.values_list("pk", flat=True)],
        "identity.subject.account": [str(key) for key in names.values_list("pk", flat=True)],
    }
    services.update(user=kept)
    names.update(account=kept)
    return moved
