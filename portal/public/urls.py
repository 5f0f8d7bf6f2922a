"""Addresses of the public surface, grouped by prefix."""

from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language

from portal.public.views import (
    account,
    apply,
    certificates,
    checks,
    home,
    items,
    locker,
    mandates,
    materials,
    preferences,
    registration,
    submission,
)
from portal.public.views import cases as my

_Urls = list[URLPattern | URLResolver]

material_urls: _Urls = [
    path("upload/", materials.material_upload, name="material_upload"),
    path("promise/", materials.material_promise, name="material_promise"),
    path("defer/", materials.material_defer, name="material_defer"),
    path("clear/", materials.material_clear, name="material_clear"),
    path("file/", materials.material_file, name="material_file"),
]
case_urls: _Urls = [
    path("", my.my_case, name="my_case"),
    path("situation/", apply.draft_situation, name="draft_situation"),
    path("form/<slug:step>/", apply.draft_step, name="draft_step"),
    path("prefill/", apply.set_prefill, name="set_prefill"),
    path("discard/", apply.discard_draft, name="discard_draft"),
    path("materials/", materials.draft_materials, name="draft_materials"),
    path("materials/<uuid:material_id>/", include(material_urls)),
    path("check/", submission.draft_check, name="draft_check"),
    path("submit/", submission.submit_case, name="submit_case"),
    path("receipt/", submission.case_receipt, name="case_receipt"),
    path("correct/", my.correct_case, name="correct_case"),
    path("withdraw/", my.withdraw_case, name="withdraw_case"),
    path("notices/<uuid:notice_id>.pdf", my.notice_file, name="notice_file"),
]
account_urls: _Urls = [
    path("register/", registration.register_phone, name="register_phone"),
    path("register/details/", registration.register_details, name="register_details"),
    path("register/done/", registration.register_done, name="register_done"),
    path("code/", registration.sign_in_phone, name="sign_in_phone"),
    path("code/enter/", registration.sign_in_code, name="sign_in_code"),
    path("outbox/", registration.outbox, name="outbox"),
    path("password/", account.change_password, name="change_password"),
    path("sessions/", account.sessions, name="sessions"),
    path("sessions/end-others/", account.end_other_sessions, name="end_other_sessions"),
    path("sessions/<int:session_id>/end/", account.end_session, name="end_session"),
]
my_urls: _Urls = [
    path("account/", account.my_account, name="my_account"),
    path("account/verify/", account.verify_name, name="verify_name"),
    path("access/", account.my_access, name="my_access"),
    path("cases/", my.my_cases, name="my_cases"),
    path("cases/<uuid:case_id>/", include(case_urls)),
    path("certificates/", certificates.wallet, name="wallet"),
    path("certificates/<uuid:certificate_id>/", certificates.certificate_detail, name="certificate_detail"),
    path("certificates/<uuid:certificate_id>/file.pdf", certificates.certificate_file, name="certificate_file"),
    path("mandates/", mandates.my_mandates, name="my_mandates"),
    path("mandates/new/", mandates.mandate_new, name="mandate_new"),
    path("mandates/<uuid:mandate_id>/<slug:action>/", mandates.mandate_step, name="mandate_step"),
    path("documents/", locker.locker, name="locker"),
    path("documents/upload/", locker.document_upload, name="document_upload"),
    path("documents/<uuid:document_id>/remove/", locker.document_remove, name="document_remove"),
    path("documents/<uuid:document_id>/file/", locker.document_file, name="document_file"),
]
urlpatterns: _Urls = [
    path("", home.home, name="home"),
    path("search/", items.item_search, name="item_search"),
    path("items/<uuid:item_id>/", items.item_guide, name="item_guide"),
    path("items/<str:code>/versions/<int:number>/", items.item_version, name="item_version"),
    path("items/<uuid:item_id>/apply/", apply.start_draft, name="start_draft"),
    path("account/", include(account_urls)),
    path("my/", include(my_urls)),
    path("verify/", checks.verify, name="verify"),
    path("verify/<str:code>/", checks.verify_code, name="verify_code"),
    path("progress/", checks.progress, name="progress"),
    path("mode/", preferences.set_mode, name="set_mode"),
    path("language/", set_language, name="set_language"),
    path("acting/", preferences.choose_principal, name="choose_principal"),
]
