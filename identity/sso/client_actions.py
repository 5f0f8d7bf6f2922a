"""Registering departments' apps, changing them, and switching them off. Each act is recorded."""

from collections.abc import Collection
from dataclasses import dataclass, field
from uuid import UUID

from allauth.idp.oidc.adapter import get_adapter
from allauth.idp.oidc.models import Client, Token
from django.db import transaction
from django.utils.translation import gettext as _

from common import events
from common.idempotency import claim
from identity import events as codes
from identity.actor import Actor, ActorKind
from identity.levels import HIGHEST
from identity.models import ClientProfile
from identity.permissions import Permission
from identity.sso import actions, addresses
from identity.sso.errors import ClientInvalid, ClientMoved, ClientNotFound
from identity.sso.scopes import OF_SYSTEM, PERSONAL, Scope, in_order
from identity.staff.current import hold as hold_post

_MOST_ADDRESSES = 10


@dataclass(frozen=True, slots=True)
class Registration:
    """What is registered of an app. Without redirect addresses nobody signs in to it: only the system itself calls."""

    name: str
    department_id: UUID
    purpose: str
    legal_basis: str
    scopes: Collection[str]
    lowest_level: int = 2
    redirect_uris: list[str] = field(default_factory=list)
    post_logout_redirect_uris: list[str] = field(default_factory=list)
    backchannel_logout_uri: str = ""


@transaction.atomic
def register(
    actor: Actor, *, registration: Registration, secret: str = "", request_key: str = ""
) -> tuple[ClientProfile, str]:
    """Register an app; returns it and its secret, which nobody can read again (empty for a form sent twice).

    Raises :class:`ClientInvalid` with the fields, Forbidden outside the actor's departments.
    """
    _require(actor, registration.department_id)
    hold_post(actor)
    _check(registration)
    request = claim(actor_id=actor.account_id, action="register_client", request_key=request_key)
    if request.earlier_id:
        return _get(request.earlier_id), ""
    client = Client(type=Client.Type.CONFIDENTIAL, name=registration.name, response_types="code")
    secret = secret or get_adapter().generate_client_secret()
    client.set_secret(secret)
    _fill(client, registration)
    client.save(force_insert=True)
    sector = _sector(registration, client.pk)
    profile = ClientProfile(client=client, sector=sector, made_by_id=actor.account_id)
    _fill_profile(profile, registration)
    profile.save()
    request.settle(profile.pk)
    events.record(
        codes.CLIENT_REGISTERED, actor=actor, subject_id=profile.pk, name=client.name, scopes=client.get_scopes()
    )
    return profile, secret


@transaction.atomic
def change(actor: Actor, *, profile_id: UUID, registration: Registration) -> ClientProfile:
    """Change an app. The sector stays, so that people keep their identifiers; less scope ends its tokens."""
    profile = _lock(actor, profile_id)
    if (
        registration.department_id != profile.department_id
    ):  # its people's identifiers belong to the department's sector
        raise ClientInvalid(fields={"department": _("应用不能换部门，请用新部门的名义另外登记。")})
    _check(registration)
    before, scopes = _state(profile), set(profile.client.get_scopes())
    _fill(profile.client, registration)
    profile.client.save()
    _fill_profile(profile, registration)
    profile.save()
    changed = sorted(name for name, value in _state(profile).items() if before[name] != value)
    if not changed:
        return profile
    lost = scopes - set(registration.scopes)
    if lost or "lowest_level" in changed:
        _end_all(actor, profile, why="client_changed")
    events.record(codes.CLIENT_CHANGED, actor=actor, subject_id=profile.pk, fields=changed)
    return profile


@transaction.atomic
def rotate_secret(actor: Actor, *, profile_id: UUID, request_key: str = "") -> tuple[ClientProfile, str]:
    """Give an app a new secret; the old one counts no longer. Empty for a form sent twice."""
    profile = _lock(actor, profile_id)
    request = claim(actor_id=actor.account_id, action="rotate_client_secret", request_key=request_key)
    if request.earlier_id:
        return profile, ""
    secret = get_adapter().generate_client_secret()
    profile.client.set_secret(secret)
    profile.client.save(update_fields=["secret"])
    request.settle(profile.pk)
    events.record(codes.CLIENT_SECRET_ROTATED, actor=actor, subject_id=profile.pk)
    return profile, secret


@transaction.atomic
def disable(actor: Actor, *, profile_id: UUID) -> ClientProfile:
    """Switch an app off: nobody signs in, its tokens end at once; raises :class:`ClientMoved` when it is off."""
    profile = _lock(actor, profile_id)
    if not profile.is_active:
        raise ClientMoved
    profile.is_active = False
    profile.save(update_fields=["is_active", "updated_at"])
    _end_all(actor, profile, why="client_disabled")
    events.record(codes.CLIENT_DISABLED, actor=actor, subject_id=profile.pk)
    return profile


@transaction.atomic
def enable(actor: Actor, *, profile_id: UUID) -> ClientProfile:
    """Switch an app on again; people sign in anew. Raises :class:`ClientMoved` when it is on."""
    profile = _lock(actor, profile_id)
    if profile.is_active:
        raise ClientMoved
    profile.is_active = True
    profile.save(update_fields=["is_active", "updated_at"])
    events.record(codes.CLIENT_ENABLED, actor=actor, subject_id=profile.pk)
    return profile


def _end_all(actor: Actor, profile: ClientProfile, *, why: str) -> None:
    actions.end_of_client(actor, profile=profile, why=why)
    Token.objects.filter(client=profile.client).exclude(type=Token.Type.AUTHORIZATION_CODE).delete()


def _get(profile_id: UUID) -> ClientProfile:
    return ClientProfile.objects.select_related("client", "department").get(pk=profile_id)


def _lock(actor: Actor, profile_id: UUID) -> ClientProfile:
    rows = ClientProfile.objects.select_for_update(of=("self",)).select_related("client", "department")
    profile = rows.filter(pk=profile_id).first()
    if profile is None or not _may(actor, profile.department_id):
        raise ClientNotFound
    hold_post(actor)
    return profile


def _may(actor: Actor, department_id: UUID) -> bool:
    return actor.kind == ActorKind.SYSTEM or actor.may(Permission.MANAGE_CLIENTS, department_id)


def _require(actor: Actor, department_id: UUID) -> None:
    if not _may(actor, department_id):
        actor.require(Permission.MANAGE_CLIENTS, department_id)


def _state(profile: ClientProfile) -> dict[str, object]:
    client = profile.client
    return {
        "name": client.name,
        "scopes": client.get_scopes(),
        "redirect_uris": client.get_redirect_uris(),
        "post_logout_redirect_uris": client.get_post_logout_redirect_uris(),
        "purpose": profile.purpose,
        "legal_basis": profile.legal_basis,
        "lowest_level": profile.lowest_level,
        "backchannel_logout_uri": profile.backchannel_logout_uri,
    }


def _fill(client: Client, registration: Registration) -> None:
    grants = []
    if registration.redirect_uris:
        grants += [Client.GrantType.AUTHORIZATION_CODE, Client.GrantType.REFRESH_TOKEN]
    if set(registration.scopes) & set(OF_SYSTEM):
        grants.append(Client.GrantType.CLIENT_CREDENTIALS)
    client.name = registration.name
    client.set_grant_types([str(grant.value) for grant in grants])
    client.set_scopes(in_order(registration.scopes))
    client.set_default_scopes([scope for scope in OF_SYSTEM if scope in registration.scopes])
    client.set_redirect_uris(registration.redirect_uris)
    client.set_post_logout_redirect_uris(registration.post_logout_redirect_uris)


def _fill_profile(profile: ClientProfile, registration: Registration) -> None:
    profile.department_id = registration.department_id
    profile.purpose = registration.purpose
    profile.legal_basis = registration.legal_basis
    profile.lowest_level = registration.lowest_level
    profile.backchannel_logout_uri = registration.backchannel_logout_uri


def _sector(registration: Registration, client_id: str) -> str:
    """Apps of one host and one department share a sector; anything else stands alone."""
    hosts = {addresses.host_of(uri) for uri in registration.redirect_uris}
    host = hosts.pop() if len(hosts) == 1 else ""
    if not host or addresses.is_loopback(host):
        return client_id
    elsewhere = ClientProfile.objects.filter(sector=host).exclude(department_id=registration.department_id)
    return client_id if elsewhere.exists() else host


def _check(registration: Registration) -> None:
    fields = _check_words(registration) | _check_scopes(registration) | _check_addresses(registration)
    if fields:
        raise ClientInvalid(fields=fields)


def _check_words(registration: Registration) -> dict[str, str]:
    limits = {"name": 100, "purpose": 200, "legal_basis": 200}
    wrong = {}
    for name, most in limits.items():
        value: str = getattr(registration, name)
        if not value.strip() or len(value) > most or not value.isprintable():
            wrong[name] = _("请填写，最多 %(most)s 个字，不能有换行和特殊符号。") % {"most": most}
    if not 1 <= registration.lowest_level <= HIGHEST:
        wrong["lowest_level"] = _("请选择实名等级。")
    return wrong


def _check_scopes(registration: Registration) -> dict[str, str]:
    scopes = set(registration.scopes)
    if not scopes or scopes - set(PERSONAL) - set(OF_SYSTEM):
        return {"scopes": _("请选择要用的数据。")}
    personal = scopes & set(PERSONAL)
    if registration.redirect_uris and Scope.OPENID not in scopes:
        return {"scopes": _("让群众登录的应用，要选“登录标识和实名等级”。")}
    if personal and not registration.redirect_uris:
        return {"redirect_uris": _("要用个人数据，就要让本人登录：请填登录后返回的地址。")}
    return {}


def _check_addresses(registration: Registration) -> dict[str, str]:
    wrong = {}
    for name in ("redirect_uris", "post_logout_redirect_uris"):
        uris: list[str] = getattr(registration, name)
        problems = [f"{uri[:80]}：{problem}" for uri in uris if (problem := addresses.problem_with(uri))]
        if len(uris) > _MOST_ADDRESSES:
            problems.append(_("最多 %(most)s 个地址。") % {"most": _MOST_ADDRESSES})
        if problems:
            wrong[name] = " ".join(problems)
    problem = addresses.problem_with(registration.backchannel_logout_uri) if registration.backchannel_logout_uri else ""
    if problem:
        wrong["backchannel_logout_uri"] = problem
    return wrong
