"""The actor: who does something, in which post, and for whom. Every action takes one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from django.utils.translation import gettext as _

from common.errors import Forbidden
from common.masking import mask_name
from identity.permissions import Permission
from identity.scope import Scope


class ActorKind(StrEnum):
    """What sort of actor it is."""

    PUBLIC = "public"
    CITIZEN = "citizen"
    STAFF = "staff"
    SYSTEM = "system"
    CLIENT = "client"


@dataclass(frozen=True, slots=True)
class Actor:
    """Built once for a request by :func:`identity.queries.actor_for`; cheap to pass around.

    ``principal_id`` is the party a citizen acts for: themselves, an organisation they represent, or whoever gave
    them the mandate ``mandate_id``, of ``mandate_kind`` and as far as ``scope``. ``is_principal_lost`` says that
    the party chosen before may no longer be acted for; when that is an organisation which ended,
    ``lost_organisation`` is its name and its state in the register. ``grants`` maps a permission to the departments
    where the active post gives it. A substitute acts in the post of somebody absent: ``stands_in_for`` is that
    account and ``stands_in_name`` its name; history and audit carry both. A department's system that calls with its
    own token has ``department_id`` and ``client_scopes``. ``unread_messages`` is how many wait in a citizen's
    own inbox, 100 for a hundred and more. A clerk who fills in for somebody at the counter acts as that person with
    the clerk's own account and department: ``assistance_id`` is the consent it rests on, ``assisted_at`` the window.
    """

    kind: ActorKind
    account_id: UUID | None = None
    person_id: UUID | None = None
    principal_id: UUID | None = None
    principal_name: str = ""
    mandate_id: UUID | None = None
    mandate_kind: str = ""
    scope: Scope | None = None
    is_principal_lost: bool = False
    lost_organisation: tuple[str, str] | None = None
    name: str = ""
    assurance_level: int = 0
    department_id: UUID | None = None
    department_name: str = ""
    post_id: UUID | None = None
    post_name: str = ""
    role: str = ""
    holding_id: UUID | None = None
    stands_in_for: UUID | None = None
    stands_in_name: str = ""
    region_code: str = ""
    grants: Mapping[Permission, frozenset[UUID]] = field(default_factory=dict)
    client_scopes: frozenset[str] = frozenset()
    unread_messages: int = 0
    assistance_id: UUID | None = None
    assisted_at: str = ""

    @property
    def is_citizen(self) -> bool:
        """Whether somebody with a real name is signed in as a citizen."""
        return self.kind == ActorKind.CITIZEN

    @property
    def is_staff(self) -> bool:
        """Whether this is a member of staff in an active post."""
        return self.kind == ActorKind.STAFF

    @property
    def is_client(self) -> bool:
        """Whether this is a registered system of a department, without a person."""
        return self.kind == ActorKind.CLIENT

    @property
    def is_assisted(self) -> bool:
        """Whether a clerk at the counter acts for the citizen, who consented."""
        return self.assistance_id is not None

    @property
    def is_wallet_shut(self) -> bool:
        """Whether one acts by a mandate that does not open the principal's wallet and locker."""
        return self.scope is not None and not self.scope.may_use_wallet

    @property
    def display_name(self) -> str:
        """The actor's own name, masked, for the page header."""
        return mask_name(self.name)

    @property
    def post_label(self) -> str:
        """Department and post, for headers and history."""
        if not self.is_staff:
            return ""
        label = f"{self.department_name} · {self.post_name}"
        return f"{label} · {self._stand_in}" if self.stands_in_for else label

    @property
    def _stand_in(self) -> str:
        return _("代%(name)s") % {"name": self.stands_in_name}

    @property
    def on_behalf_of_id(self) -> UUID | None:
        """For the audit: the party a citizen acts for, or the account a substitute stands in for."""
        return self.principal_id or self.stands_in_for

    @property
    def history_label(self) -> str:
        """How the case history names this actor."""
        if self.is_staff:
            label = f"{self.department_name}{self.post_name}"
            return f"{label}（{self._stand_in}）" if self.stands_in_for else label
        if self.kind == ActorKind.SYSTEM:
            return _("系统")
        side = _("代理人") if self.mandate_id else _("申请人")
        if self.is_assisted:
            return _("%(side)s（%(window)s代填）") % {"side": side, "window": self.assisted_at}
        return side

    @property
    def known_account_id(self) -> UUID:
        """The account's id, for rows that must name one; RuntimeError for an actor without an account."""
        if self.account_id is None:
            raise RuntimeError("this act needs an account")
        return self.account_id

    def departments(self, permission: Permission) -> frozenset[UUID]:
        """The departments where the active post gives ``permission``."""
        return self.grants.get(permission, frozenset())

    def may(self, permission: Permission, department_id: UUID | None) -> bool:
        """Tell whether the active post gives ``permission`` in that department."""
        return department_id in self.departments(permission)

    def require(self, permission: Permission, department_id: UUID | None) -> None:
        """Raise :class:`Forbidden` unless :meth:`may`."""
        if not self.may(permission, department_id):
            raise Forbidden


PUBLIC = Actor(kind=ActorKind.PUBLIC)
SYSTEM = Actor(kind=ActorKind.SYSTEM)
