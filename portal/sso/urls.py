"""Addresses that departments' apps use. Well-known ones stand where the standards want them."""

from allauth.idp.oidc.views import jwks
from django.urls import path

from portal.sso import authorize, ending, endpoints

urlpatterns = [
    path(".well-known/openid-configuration", endpoints.discovery, name="sso_discovery"),
    path(".well-known/jwks.json", jwks, name="sso_jwks"),
    path("sso/authorize", authorize.authorize, name="sso_authorize"),
    path("sso/consent", authorize.consent, name="sso_consent"),
    path("sso/token", endpoints.token, name="sso_token"),
    path("sso/userinfo", endpoints.userinfo, name="sso_userinfo"),
    path("sso/revoke", endpoints.revoke, name="sso_revoke"),
    path("sso/logout", ending.ask, name="sso_logout"),
    path("sso/logout/confirm", ending.confirm, name="sso_logout_confirm"),
]
