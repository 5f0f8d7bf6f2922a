"""Every address of the site, grouped by surface."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as passkeys
from django.urls import include, path

from portal.access import step_up_required

handler400 = "portal.errors.bad_request"
handler403 = "portal.errors.forbidden"
handler404 = "portal.errors.not_found"
handler500 = "portal.errors.server_error"

# Only the parts of django-allauth this site uses; the rest has no address.
account_urls = [
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("2fa/", mfa.index, name="mfa_index"),
    path("2fa/authenticate/", mfa.authenticate, name="mfa_authenticate"),
    path("2fa/reauthenticate/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("2fa/totp/activate/", step_up_required(totp.activate_totp), name="mfa_activate_totp"),
    path("2fa/totp/deactivate/", step_up_required(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("2fa/passkeys/", passkeys.list_webauthn, name="mfa_list_webauthn"),
    path("2fa/passkeys/add/", step_up_required(passkeys.add_webauthn), name="mfa_add_webauthn"),
    path("2fa/passkeys/<int:pk>/name/", step_up_required(passkeys.edit_webauthn), name="mfa_edit_webauthn"),
    path("2fa/passkeys/<int:pk>/remove/", step_up_required(passkeys.remove_webauthn), name="mfa_remove_webauthn"),
    path("2fa/passkeys/login/", passkeys.login_webauthn, name="mfa_login_webauthn"),
    path("2fa/passkeys/reauthenticate/", passkeys.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("2fa/recovery-codes/", step_up_required(recovery.view_recovery_codes), name="mfa_view_recovery_codes"),
    path(
        "2fa/recovery-codes/generate/",
        step_up_required(recovery.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "2fa/recovery-codes/download/",
        step_up_required(recovery.download_recovery_codes),
        name="mfa_download_recovery_codes",
    ),
]

urlpatterns = [
    path("account/", include(account_urls)),
    path("api/v1/", include("portal.api.urls")),
    path("workbench/", include("portal.workbench.urls")),
    path("", include("portal.sso.urls")),
    path("", include("portal.public.urls")),
]
