"""What the database and the sheet itself know, loaded once for a whole sheet: no query for a row."""

from dataclasses import dataclass, field
from uuid import UUID

from identity.actor import Actor
from identity.models import Account, Department, Post, PostHolding, Region
from identity.permissions import Permission
from identity.staff.rules import is_system


@dataclass(frozen=True, slots=True)
class Person:
    """A member of staff there is: name, whether open, and the departments they work in (managed or not)."""

    account_id: UUID
    name: str
    is_active: bool
    departments: frozenset[UUID]


@dataclass
class Known:
    """Places and people by their codes. New ones of the sheet are added as they pass the checks."""

    regions: dict[str, tuple[str, int, str]]  # code → (name, level, code above)
    departments: dict[str, tuple[str, str, str]]  # USCC → (name, short name, region's code)
    posts: dict[tuple[str, str], frozenset[str]]  # (USCC, name) → USCCs it serves
    closed: set[object]  # codes, USCCs and posts out of use
    people: dict[str, Person]  # by number, small letters
    holdings: set[tuple[str, str, str, str]]  # (number in small letters, USCC, post, role)
    managed: set[str] | None  # USCCs where the actor manages staff; None: everywhere
    ids: dict[str, UUID] = field(default_factory=dict)  # USCC → id
    own_regions: set[str] = field(default_factory=set)
    own_number: str = ""

    def may_in(self, uscc: str) -> bool:
        """Whether the actor manages staff in this department."""
        return self.managed is None or uscc in self.managed

    def may_in_region(self, code: str) -> bool:
        """Whether the actor manages a department in this region or in one above it."""
        if self.managed is None:
            return True
        while code:
            if code in self.own_regions:
                return True
            code = self.regions[code][2] if code in self.regions else ""
        return False

    def may_change(self, person: Person) -> bool:
        """Whether every department somebody works in is managed by the actor."""
        if self.managed is None:
            return True
        mine = {self.ids[uscc] for uscc in self.managed if uscc in self.ids}
        return bool(person.departments) and person.departments <= mine


def load(actor: Actor) -> Known:
    """Read everything: five queries."""
    departments = list(Department.objects.select_related("region"))
    usccs = {row.pk: row.uscc for row in departments}
    posts = list(Post.objects.prefetch_related("serves"))
    regions = list(Region.objects.select_related("parent"))
    mine = actor.departments(Permission.MANAGE_STAFF)
    accounts = list(Account.objects.filter(is_staff_member=True).only("pk", "username", "staff_name", "is_active"))
    live = list(PostHolding.objects.filter(ended_at__isnull=True, substitute_for__isnull=True).select_related("post"))
    works_in: dict[UUID, set[UUID]] = {}
    for holding in live:
        works_in.setdefault(holding.account_id, set()).add(holding.post.department_id)
    numbers = {account.pk: account.username.lower() for account in accounts}
    return Known(
        regions={row.code: (row.name, row.level, row.parent.code if row.parent else "") for row in regions},
        departments={row.uscc: (row.name, row.short_name, row.region.code) for row in departments},
        posts={(usccs[row.department_id], row.name): frozenset(s.uscc for s in row.serves.all()) for row in posts},
        closed={
            *(row.code for row in regions if not row.is_active),
            *(row.uscc for row in departments if not row.is_active),
            *((usccs[row.department_id], row.name) for row in posts if not row.is_active),
        },
        people={
            account.username.lower(): Person(
                account.pk, account.staff_name, account.is_active, frozenset(works_in.get(account.pk, ()))
            )
            for account in accounts
        },
        holdings={
            (numbers[row.account_id], usccs[row.post.department_id], row.post.name, row.role)
            for row in live
            if row.account_id in numbers
        },
        managed=None if is_system(actor) else {usccs[pk] for pk in mine if pk in usccs},
        ids={row.uscc: row.pk for row in departments},
        own_regions={row.region.code for row in departments if row.pk in mine},
        own_number=numbers.get(actor.account_id, "") if actor.account_id else "",
    )
