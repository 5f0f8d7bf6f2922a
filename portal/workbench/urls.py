"""Addresses of the workbench surface, grouped by prefix."""

from django.urls import path

from portal.workbench.views import (
    case,
    certificates,
    evidence,
    findings,
    item_steps,
    items,
    management,
    mandates,
    step,
    worklist,
)

case_urls = [
    path("cases/", worklist.search, name="workbench_case_search"),
    path("cases/<uuid:case_id>/", case.case_page, name="workbench_case"),
    path("cases/<uuid:case_id>/unmask/", case.unmask, name="workbench_unmask"),
    path("cases/<uuid:case_id>/evidence/<uuid:material_id>/", evidence.file, name="workbench_evidence"),
    path("cases/<uuid:case_id>/evidence/<uuid:material_id>/original/", evidence.see_original, name="see_original"),
    path("cases/<uuid:case_id>/notices/<uuid:notice_id>.pdf", evidence.notice, name="workbench_notice"),
    path("cases/<uuid:case_id>/<slug:action>/", step.case_action, name="case_action"),
]
item_urls = [
    path("items/", items.item_list, name="workbench_items"),
    path("items/imports/", items.imports, name="workbench_imports"),
    path("items/imports/<uuid:batch_id>/", items.import_report, name="workbench_import"),
    path("items/findings/", findings.findings, name="workbench_findings"),
    path("items/findings/check/", findings.check, name="check_catalogue"),
    path("items/findings.csv", findings.export, name="workbench_findings_csv"),
    path("items/operations/<uuid:operation_id>/<slug:action>/", item_steps.operation_step, name="operation_step"),
    path("items/waivers/<uuid:waiver_id>/<slug:action>/", item_steps.waiver_step, name="waiver_step"),
    path("items/<uuid:item_id>/", items.item_page, name="workbench_item"),
    path("items/<uuid:item_id>/draft/", item_steps.start_draft, name="item_draft"),
    path("items/<uuid:item_id>/waivers/", item_steps.propose_waiver, name="propose_waiver"),
    path("items/<uuid:item_id>/operations/<slug:kind>/", item_steps.propose_operation, name="propose_operation"),
    path("items/<uuid:item_id>/versions/<int:number>/<slug:action>/", item_steps.version_step, name="version_step"),
]
certificate_urls = [
    path("certificates/", certificates.certificate_list, name="workbench_certificates"),
    path("certificates/<uuid:certificate_id>/", certificates.certificate_page, name="workbench_certificate"),
    path("certificates/<uuid:certificate_id>/file.pdf", certificates.file, name="workbench_certificate_file"),
    path("certificates/<uuid:certificate_id>/<slug:operation>/", certificates.operate, name="certificate_operation"),
]
mandate_urls = [path("mandates/", mandates.mandates, name="workbench_mandates")]
management_urls = [path("manage/", management.management, name="workbench_management")]
urlpatterns = [
    path("", worklist.worklist, name="worklist"),
    *case_urls,
    *item_urls,
    *certificate_urls,
    *mandate_urls,
    *management_urls,
]
