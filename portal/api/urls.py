"""Addresses of the API, all below /api/v1/."""

from django.urls import path

from portal.api.views import bundles, cases, certificates, department, health, items, joint

urlpatterns = [
    path("health", health.Health.as_view(), name="api_health"),
    path("items", items.ItemList.as_view(), name="api_items"),
    path("items/<str:item_code>", items.ItemDetail.as_view(), name="api_item"),
    path("items/<str:item_code>/form", items.ItemForm.as_view(), name="api_item_form"),
    path("items/<str:item_code>/versions", items.ItemVersions.as_view(), name="api_versions"),
    path("items/<str:item_code>/versions/<int:version_number>", items.ItemVersionDetail.as_view(), name="api_version"),
    path("items/", items.WithoutSlash.as_view(), name="api_items_slash"),
    path("items/<path:rest>/", items.WithoutSlash.as_view(), name="api_item_slash"),
    path("bundles", bundles.BundleList.as_view(), name="api_bundles"),
    path("bundles/<slug:bundle_code>", bundles.BundleDetail.as_view(), name="api_bundle"),
    path("bundles/<slug:bundle_code>/plan", bundles.BundlePlan.as_view(), name="api_bundle_plan"),
    path("certificates/verify", certificates.VerifyCertificate.as_view(), name="api_verify"),
    path("cases", cases.CaseList.as_view(), name="api_cases"),
    path("cases/<uuid:case_id>", cases.CaseDetail.as_view(), name="api_case"),
    path("cases/<uuid:case_id>/answers", cases.CaseAnswers.as_view(), name="api_case_answers"),
    path("joint-cases", joint.JointList.as_view(), name="api_joints"),
    path("joint-cases/<uuid:joint_id>", joint.JointDetail.as_view(), name="api_joint"),
    path("joint-cases/<uuid:joint_id>/answers", joint.JointAnswers.as_view(), name="api_joint_answers"),
    path(
        "joint-cases/<uuid:joint_id>/materials/<uuid:material_id>",
        joint.JointMaterial.as_view(),
        name="api_joint_material",
    ),
    path("joint-cases/<uuid:joint_id>/submission", joint.JointSubmission.as_view(), name="api_joint_submission"),
    path("joint-cases/<uuid:joint_id>/withdrawal", joint.JointWithdrawal.as_view(), name="api_joint_withdrawal"),
    path(
        "joint-cases/<uuid:joint_id>/items/<slug:key>/withdrawal",
        joint.JointPartWithdrawal.as_view(),
        name="api_joint_part_withdrawal",
    ),
    path("joint-cases/<uuid:joint_id>/receipt", joint.JointReceipt.as_view(), name="api_joint_receipt"),
    path("department/cases/<str:number>/", department.DepartmentCase.as_view(), name="api_department_case"),
    path("", health.Unknown.as_view(), name="api_root"),
    path("<path:rest>", health.Unknown.as_view(), name="api_unknown"),
]
