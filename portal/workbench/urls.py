"""Addresses of the workbench surface, grouped by prefix."""

from django.urls import path

from portal.workbench.views import (
    case,
    certificates,
    clients,
    corrections,
    counter,
    duplicates,
    elements,
    evidence,
    exchange,
    findings,
    guardians,
    item_steps,
    items,
    legacy,
    legacy_functions,
    legacy_plans,
    legacy_reports,
    legacy_sheets,
    management,
    mandate_lookup,
    mandates,
    persons,
    places,
    posts,
    staff,
    staff_imports,
    step,
    words,
    worklist,
)

case_urls = [
    path("cases/", worklist.search, name="workbench_case_search"),
    path("cases/<uuid:case_id>/", case.case_page, name="workbench_case"),
    path("cases/<uuid:case_id>/unmask/", case.unmask, name="workbench_unmask"),
    path("cases/<uuid:case_id>/application/", case.application_form, name="workbench_application"),
    path("elements/", elements.elements, name="workbench_elements"),
    path("elements/new/", elements.element_new, name="workbench_element_new"),
    path("elements/<str:element_code>/", elements.element, name="workbench_element"),
    path("cases/<uuid:case_id>/evidence/<uuid:material_id>/", evidence.file, name="workbench_evidence"),
    path("cases/<uuid:case_id>/evidence/<uuid:material_id>/original/", evidence.see_original, name="see_original"),
    path("cases/<uuid:case_id>/notices/<uuid:notice_id>.pdf", evidence.notice, name="workbench_notice"),
    path("cases/<uuid:case_id>/<slug:action>/", step.case_action, name="case_action"),
]
item_urls = [
    path("items/", items.item_list, name="workbench_items"),
    path("items/imports/", items.imports, name="workbench_imports"),
    path("items/imports/<uuid:batch_id>/", items.import_report, name="workbench_import"),
    path("items/exchange/", exchange.exchange, name="workbench_exchange"),
    path("items/exchange/export/", exchange.export, name="workbench_exchange_export"),
    path("items/exchange/<uuid:exchange_id>/", exchange.exchange_batch, name="workbench_exchange_batch"),
    path("items/exchange/<uuid:exchange_id>/file/", exchange.exchange_file, name="workbench_exchange_file"),
    path(
        "items/exchange/<uuid:exchange_id>/problems.csv", exchange.exchange_problems, name="workbench_exchange_problems"
    ),
    path("items/findings/", findings.findings, name="workbench_findings"),
    path("items/findings/check/", findings.check, name="check_catalogue"),
    path("items/findings.csv", findings.export, name="workbench_findings_csv"),
    path("items/operations/<uuid:operation_id>/<slug:action>/", item_steps.operation_step, name="operation_step"),
    path("items/waivers/<uuid:waiver_id>/<slug:action>/", item_steps.waiver_step, name="waiver_step"),
    path("items/<uuid:item_id>/", items.item_page, name="workbench_item"),
    path("items/<uuid:item_id>/draft/", item_steps.start_draft, name="item_draft"),
    path("items/<uuid:item_id>/waivers/", item_steps.propose_waiver, name="propose_waiver"),
    path("items/<uuid:item_id>/operations/<slug:kind>/", item_steps.propose_operation, name="propose_operation"),
    path(
        "items/<uuid:item_id>/versions/<int:version_number>/<slug:action>/",
        item_steps.version_step,
        name="version_step",
    ),
]
word_urls = [
    path("words/", words.words, name="workbench_words"),
    path("words/ignore/", words.ignore_miss, name="workbench_ignore_miss"),
    path("words/<uuid:synonym_id>/", words.word, name="workbench_word"),
]
certificate_urls = [
    path("certificates/", certificates.certificate_list, name="workbench_certificates"),
    path("certificates/<uuid:certificate_id>/", certificates.certificate_page, name="workbench_certificate"),
    path("certificates/<uuid:certificate_id>/file.pdf", certificates.file, name="workbench_certificate_file"),
    path("certificates/<uuid:certificate_id>/<slug:operation>/", certificates.operate, name="certificate_operation"),
]
mandate_urls = [
    path("mandates/", mandates.mandates, name="workbench_mandates"),
    path("mandates/lookup/", mandate_lookup.lookup, name="workbench_mandate_lookup"),
    path("mandates/<uuid:mandate_id>/end/", mandate_lookup.end, name="workbench_mandate_end"),
    path("guardians/", guardians.guardians, name="workbench_guardians"),
]
management_urls = [
    path("manage/", management.management, name="workbench_management"),
    path("manage/clients/", clients.clients, name="workbench_clients"),
    path("manage/clients/new/", clients.client_new, name="workbench_client_new"),
    path("manage/clients/<uuid:profile_id>/", clients.client, name="workbench_client"),
    path("manage/clients/<uuid:profile_id>/<slug:action>/", clients.client_step, name="workbench_client_step"),
    path("manage/persons/", persons.search, name="workbench_persons"),
    path("manage/persons/<uuid:person_id>/<slug:action>/", persons.step, name="workbench_person_step"),
    path("manage/organisations/<uuid:organisation_id>/refresh/", persons.refresh, name="workbench_refresh"),
    path("manage/counter/", counter.register, name="workbench_counter"),
    path("manage/duplicates/", duplicates.pairs, name="workbench_duplicates"),
    path("manage/duplicates/<uuid:pair_id>/", duplicates.pair, name="workbench_duplicate"),
    path("manage/corrections/", corrections.corrections, name="workbench_corrections"),
    path("manage/corrections/<uuid:request_id>/", corrections.correction, name="workbench_correction"),
    path("manage/corrections/<uuid:request_id>/proof/", corrections.correction_file, name="workbench_correction_file"),
    path("manage/closed/", corrections.closed_person, name="workbench_closed_person"),
]
post_urls = [
    path("posts/", posts.my_posts, name="my_posts"),
    path("posts/switch/", posts.switch, name="switch_post"),
    path("posts/substitutes/<uuid:holding_id>/end/", posts.end_substitute, name="end_substitute"),
]
staff_urls = [
    path("manage/staff/", staff.staff_list, name="staff_list"),
    path("manage/staff/new/", staff.staff_new, name="staff_new"),
    path("manage/staff/imports/", staff_imports.staff_imports, name="staff_imports"),
    path("manage/staff/imports/template.xlsx", staff_imports.template_file, name="staff_template"),
    path("manage/staff/imports/<uuid:import_id>/", staff_imports.staff_import, name="staff_import"),
    path("manage/staff/<uuid:account_id>/", staff.staff_person, name="staff_person"),
    path("manage/staff/<uuid:account_id>/work/", staff.staff_work, name="staff_work"),
    path("manage/staff/<uuid:account_id>/<slug:operation>/", staff.staff_operation, name="staff_operation"),
]
place_urls = [
    path("manage/places/", places.places, name="places"),
    path("manage/places/<slug:kind>/new/", places.place_new, name="place_new"),
    path("manage/places/<slug:kind>/<uuid:place_id>/", places.place, name="place"),
    path("manage/places/<slug:kind>/<uuid:place_id>/state/", places.place_state, name="place_state"),
]
legacy_urls = [
    path("manage/legacy/", legacy.apps, name="workbench_legacy"),
    path("manage/legacy/new/", legacy.app_new, name="workbench_legacy_new"),
    path("manage/legacy/overlap/", legacy_reports.overlap_page, name="workbench_legacy_overlap"),
    path("manage/legacy/progress/", legacy_reports.progress_page, name="workbench_legacy_progress"),
    path("manage/legacy/plans.csv", legacy_reports.plans_file, name="workbench_legacy_csv"),
    path("manage/legacy/sheets/", legacy_sheets.sheets, name="workbench_legacy_sheets"),
    path("manage/legacy/sheets/template.csv", legacy_sheets.template_file, name="workbench_legacy_template"),
    path("manage/legacy/sheets/<uuid:sheet_id>/", legacy_sheets.sheet, name="workbench_legacy_sheet"),
    path("manage/legacy/functions/<uuid:function_id>/", legacy_functions.function, name="legacy_function"),
    path("manage/legacy/functions/<uuid:function_id>/edit/", legacy_functions.edit, name="legacy_function_edit"),
    path("manage/legacy/functions/<uuid:function_id>/<slug:action>/", legacy_functions.step, name="legacy_step"),
    path("manage/legacy/plans/<uuid:plan_id>/<slug:action>/", legacy_plans.plan_step, name="legacy_plan_step"),
    path("manage/legacy/<uuid:app_id>/", legacy.app_page, name="workbench_legacy_app"),
    path("manage/legacy/<uuid:app_id>/edit/", legacy.app_edit, name="workbench_legacy_edit"),
    path("manage/legacy/<uuid:app_id>/functions/new/", legacy_functions.function_new, name="legacy_function_new"),
    path("manage/legacy/<uuid:app_id>/plan/", legacy_plans.propose, name="legacy_plan"),
]
urlpatterns = [
    path("", worklist.worklist, name="worklist"),
    *case_urls,
    *item_urls,
    *word_urls,
    *certificate_urls,
    *mandate_urls,
    *management_urls,
    *post_urls,
    *staff_urls,
    *place_urls,
    *legacy_urls,
]
