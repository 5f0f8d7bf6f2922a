"""Addresses the layouts link to, so that pages can be rendered without the real surfaces."""

from django.http import HttpResponse
from django.urls import path

NAMES = (
    "home item_search my_cases wallet locker verify progress account_login account_logout my_account sessions "
    "set_mode set_language worklist workbench_case_search workbench_items workbench_certificates my_mandates "
    "workbench_mandates workbench_management my_posts my_messages public_notices"
)

urlpatterns = [path(f"{name}/", lambda request: HttpResponse(), name=name) for name in NAMES.split()]
