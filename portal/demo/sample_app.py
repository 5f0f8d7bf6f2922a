"""The demonstration's department app: registered like any other; its secret goes to a file only its owner reads."""

import json
import os
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction

from identity.actor import Actor
from identity.models import ClientProfile, Department
from identity.rules import make_uscc
from identity.sso.client_actions import Registration, register, rotate_secret
from identity.sso.scopes import Scope
from portal.demo.reading import department_rows

_NAME = "示范市健康服务平台"
_PORT = 8300
_HOME = f"http://127.0.0.1:{_PORT}"
_SCOPES = (Scope.OPENID, Scope.NAME, Scope.ID_NUMBER, Scope.PHONE, Scope.ORGANISATION, Scope.MANDATE)


def load(actor: Actor) -> Path:
    """Register the app and write its file when either is not there yet; returns the file's path."""
    path: Path = settings.SAMPLE_APP_FILE
    profile = ClientProfile.objects.select_related("client").filter(client__name=_NAME).order_by("created_at").first()
    if profile is not None and _is_about(path, profile):
        return path
    with transaction.atomic():
        if profile is None:
            profile, secret = register(actor, registration=_registration())
        else:
            profile, secret = rotate_secret(actor, profile_id=profile.pk)
    _write(path, profile, secret)
    return path


def _registration() -> Registration:
    row = next(row for row in department_rows() if row["key"] == "wjw")
    uscc = make_uscc(prefix="11", region=row["region"], body=row["body"])
    return Registration(
        name=_NAME,
        department_id=Department.objects.get(uscc=uscc).pk,
        purpose="预约看病、查看就诊记录",
        legal_basis="您的同意（个人信息保护法第十三条第一款第一项）",
        scopes=[*_SCOPES, Scope.CASES_STATUS],
        lowest_level=3,
        redirect_uris=[f"{_HOME}/callback"],
        post_logout_redirect_uris=[f"{_HOME}/"],
        backchannel_logout_uri=f"{_HOME}/backchannel-logout",
    )


def _is_about(path: Path, profile: ClientProfile) -> bool:
    """Whether the file tells of this app at this address of the portal."""
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return bool((kept.get("client_id"), kept.get("issuer")) == (profile.client_id, settings.PUBLIC_BASE_URL))


def _write(path: Path, profile: ClientProfile, secret: str) -> None:
    content = {
        "issuer": settings.PUBLIC_BASE_URL,
        "client_id": profile.client_id,
        "client_secret": secret,
        "scope": " ".join(_SCOPES),
        "home": f"{_HOME}/",
        "port": urlsplit(_HOME).port,
        "redirect_uri": f"{_HOME}/callback",
        "post_logout_redirect_uri": f"{_HOME}/",
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(content, file, ensure_ascii=False, indent=2)
