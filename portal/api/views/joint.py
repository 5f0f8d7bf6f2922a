"""Applying for a bundle (一件事) as one, by program: the same actions as the pages, one draft, one receipt."""

from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cases.actions import drafts as single
from cases.errors import DeclarationMissing
from cases.joint import drafts, queries, receipt, submission
from cases.joint.union import load
from cases.models import JointCase
from identity.actor import Actor
from identity.step_up import proof_of
from portal.api.access import CitizenOnly, actor_of
from portal.api.etags import EntityTagMixin
from portal.api.idempotency import OPTIONAL, REQUIRED, key_of
from portal.api.paging import checked, page_of
from portal.api.parsing import BoundedJSONParser
from portal.api.serializers.joint import (
    JointAnswersIn,
    JointChoiceIn,
    JointDetailOut,
    JointIn,
    JointPage,
    JointQuery,
    JointSubmissionIn,
    JointUploadIn,
    JointWithdrawalIn,
)
from portal.downloads import file_response

_PRIVATE = {"Cache-Control": "private"}


def _told(actor: Actor, joint_id: UUID, *, status: int = 200) -> Response:
    """The joint case as it stands now. What somebody else fills in is theirs: its draft is not shown."""
    joint = queries.get(actor, joint_id)
    is_mine = joint.submitted_at is None and joint.agent_id == actor.person_id
    context = {"actor": actor, "items": queries.lanes(joint), "whole": load(joint) if is_mine else None}
    return Response(JointDetailOut(joint, context=context).data, status=status, headers=_PRIVATE)


class JointList(APIView):
    """Joint cases of the party the caller acts for."""

    permission_classes = (CitizenOnly,)

    @extend_schema(operation_id="joint_cases_list", parameters=[JointQuery], responses=JointPage, summary="我的联办件")
    def get(self, request: Request) -> Response:
        """Return a page of joint cases and drafts, newest first; the newest fifty are listed."""
        asked = checked(JointQuery, request)
        limit, offset = asked["limit"], asked["offset"]
        rows = queries.own(actor_of(request), state=asked.get("state", ""))[offset : offset + limit + 1]
        page = page_of(rows[:limit], request=request, limit=limit, offset=offset, has_more=len(rows) > limit)
        return Response(JointPage(page).data, headers={"Cache-Control": "private, no-store"})

    @extend_schema(
        operation_id="joint_cases_start",
        request=JointIn,
        parameters=[OPTIONAL],
        responses={201: JointDetailOut},
        summary="按回答打开联办草稿",
    )
    def post(self, request: Request) -> Response:
        """Open the draft of a bundle for these answers, or bring the one there is in line with them.

        422 ``joint.unanswered`` while a question is open, ``services.situation_invalid`` for an answer that is not
        offered; 409 ``joint.empty`` where nothing can be applied for online.
        """
        actor = actor_of(request)
        given = JointIn(data=request.data)
        given.is_valid(raise_exception=True)
        asked = given.validated_data
        joint = drafts.start(
            actor,
            bundle_code=asked["bundle"],
            given=asked["answers"],
            region_code=asked.get("region", ""),
            request_key=key_of(request),
        )
        return _told(actor, joint.pk, status=201)


class JointDetail(EntityTagMixin):
    """One joint case."""

    permission_classes = (CitizenOnly,)

    @extend_schema(operation_id="joint_cases_read", responses=JointDetailOut, summary="一个联办件和各项的进度")
    def get(self, request: Request, joint_id: UUID) -> Response:
        """Return how every item stands, and of a draft the form, the materials and what is open.

        404 ``joint.not_found`` when it is somebody else's; 304 for the entity tag of an answer that is still true.
        """
        return _told(actor_of(request), joint_id)

    @extend_schema(operation_id="joint_cases_discard", responses={204: None}, summary="删除联办草稿")
    def delete(self, request: Request, joint_id: UUID) -> Response:
        """Throw a draft away; uploads stay in the locker. 409 ``joint.submitted`` once it is handed in."""
        drafts.discard(actor_of(request), joint_id=joint_id)
        return Response(status=204)


class JointAnswers(APIView):
    """The answers of one page."""

    permission_classes = (CitizenOnly,)

    @extend_schema(
        operation_id="joint_cases_answers_write",
        request=JointAnswersIn,
        responses=JointDetailOut,
        summary="保存联办草稿的一页",
    )
    def put(self, request: Request, joint_id: UUID) -> Response:
        """Store a page whole in every item's draft, or answer 422 ``case.answers_refused`` with fields and codes.

        A draft that changed meanwhile is refused with 409 ``joint.stale_form``.
        """
        actor = actor_of(request)
        queries.get(actor, joint_id)
        given = JointAnswersIn(data=request.data)
        given.is_valid(raise_exception=True)
        asked = given.validated_data
        drafts.replace_page(
            actor,
            joint_id=joint_id,
            page_key=asked["page"],
            raw=asked["answers"],
            expected_version=asked["version"],
        )
        return _told(actor, joint_id)


class JointMaterial(APIView):
    """What stands for one material, for all items that want the same."""

    permission_classes = (CitizenOnly,)
    parser_classes = (MultiPartParser, BoundedJSONParser)

    @extend_schema(
        operation_id="joint_cases_material_write",
        request={"multipart/form-data": JointUploadIn, "application/json": JointChoiceIn},
        parameters=[OPTIONAL],
        responses=JointDetailOut,
        summary="上传一份材料，或者改为承诺、容缺",
    )
    def put(self, request: Request, joint_id: UUID, material_id: UUID) -> Response:
        """Hand in files, or promise or defer where the item allows it: 409 ``case.choice_not_offered`` where not."""
        actor = actor_of(request)
        case_id = queries.case_of_material(actor, joint_id, material_id)
        if request.content_type.startswith("multipart/"):
            files = JointUploadIn(data=request.data)
            files.is_valid(raise_exception=True)
            upload, *more = files.validated_data["file"]
            single.upload_material(
                actor,
                case_id=case_id,
                material_id=material_id,
                upload=upload,
                more=more,
                alternative=files.validated_data["alternative"],
                request_key=key_of(request),
            )
        else:
            self._choose(request, actor, case_id, material_id)
        return _told(actor, joint_id)

    def _choose(self, request: Request, actor: Actor, case_id: UUID, material_id: UUID) -> None:
        given = JointChoiceIn(data=request.data)
        given.is_valid(raise_exception=True)
        if not given.validated_data["agreed"]:
            raise DeclarationMissing(fields={"agreed": DeclarationMissing.message})
        act = single.promise_material if given.validated_data["way"] == "promise" else single.defer_material
        act(actor, case_id=case_id, material_id=material_id)

    @extend_schema(operation_id="joint_cases_material_clear", responses=JointDetailOut, summary="撤销一份材料的选择")
    def delete(self, request: Request, joint_id: UUID, material_id: UUID) -> Response:
        """Take an upload or a choice back for all items that stand on it."""
        actor = actor_of(request)
        single.clear_material(
            actor, case_id=queries.case_of_material(actor, joint_id, material_id), material_id=material_id
        )
        return _told(actor, joint_id)


class JointSubmission(APIView):
    """Handing it in."""

    permission_classes = (CitizenOnly,)

    @extend_schema(
        operation_id="joint_cases_submit",
        request=JointSubmissionIn,
        parameters=[REQUIRED],
        responses=JointDetailOut,
        summary="提交联办件",
    )
    def post(self, request: Request, joint_id: UUID) -> Response:
        """Submit all items at once, all or nothing; the same key again answers with the same joint case.

        422 ``joint.incomplete`` with ``fields`` by place, ``case.declaration_missing``; 409 ``joint.stale_form``,
        ``joint.submitted``; 403 ``case.proof_needed`` where the sign-in is too long ago for what an item asks.
        """
        actor = actor_of(request)
        queries.get(actor, joint_id)
        key = key_of(request, required=True)
        given = JointSubmissionIn(data=request.data)
        given.is_valid(raise_exception=True)
        submission.submit(
            actor,
            joint_id=joint_id,
            declared=given.validated_data["declared"],
            proof=proof_of(request._request),
            request_key=key,
            expected_version=given.validated_data["version"],
        )
        return _told(actor, joint_id)


class JointWithdrawal(APIView):
    """Taking back what is not decided."""

    permission_classes = (CitizenOnly,)

    @extend_schema(
        operation_id="joint_cases_withdraw",
        request=JointWithdrawalIn,
        parameters=[REQUIRED],
        responses=JointDetailOut,
        summary="撤回还没有决定的各项",
    )
    def post(self, request: Request, joint_id: UUID) -> Response:
        """Withdraw every item that is not decided; what is decided stays. 409 ``joint.part_not_open`` for a draft."""
        actor = actor_of(request)
        queries.get(actor, joint_id)
        key = key_of(request, required=True)
        given = JointWithdrawalIn(data=request.data)
        given.is_valid(raise_exception=True)
        submission.withdraw_all(actor, joint_id=joint_id, reason=given.validated_data["reason"], request_key=key)
        return _told(actor, joint_id)


class JointPartWithdrawal(APIView):
    """Taking out one item that has not begun."""

    permission_classes = (CitizenOnly,)

    @extend_schema(
        operation_id="joint_cases_withdraw_item",
        request=None,
        parameters=[REQUIRED],
        responses=JointDetailOut,
        summary="撤回还没有开始的一项",
    )
    def post(self, request: Request, joint_id: UUID, key: str) -> Response:
        """Take the item out, and with it those that wait for it; the others go on."""
        actor = actor_of(request)
        queries.get(actor, joint_id)
        submission.withdraw_part(actor, joint_id=joint_id, key=key, request_key=key_of(request, required=True))
        return _told(actor, joint_id)


class JointReceipt(APIView):
    """The one receipt."""

    permission_classes = (CitizenOnly,)

    @extend_schema(
        operation_id="joint_cases_receipt",
        responses={(200, "application/pdf"): OpenApiTypes.BINARY},
        summary="联办收件回执（PDF，带电子印章）",
    )
    def get(self, request: Request, joint_id: UUID) -> HttpResponse:
        """Return the sealed PDF; the first look proves delivery. 404 ``joint.not_found`` while it is being made."""
        actor = actor_of(request)
        joint: JointCase = queries.get(actor, joint_id)
        name = f"{receipt.TITLE} {joint.receipt_number}"
        return file_response(receipt.read(actor, joint), media_type="application/pdf", name=name)
