"""Without sign-in: is this certificate good, and how far is this case?"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from cases.joint import queries as joint_queries
from cases.queries import find_by_number
from certificates.filecheck import FileCheck, FileFinding, check_file
from certificates.proofs import tokens
from certificates.proofs.tokens import TokenCheck, TokenFinding
from certificates.queries import Verification
from certificates.queries import verify as look_up
from certificates.wallet.counting_actions import count_public_check
from portal.access import actor_of
from portal.public import joint_page
from portal.public.forms import ProgressForm, VerifyFileForm, VerifyForm
from portal.public.lookups import is_over_limit, too_many

_TONES = {"valid": "good", "suspended": "warn"}  # every other state is bad


@require_safe
@never_cache
def verify(request: HttpRequest) -> HttpResponse:
    """Ask for a number; with one in the address, answer."""
    form = VerifyForm(_given(request))
    if not form.is_bound:
        return _verify_page(request, form)
    if not form.is_valid():
        return _verify_page(request, form, status=422)
    return _answer(request, form, form.cleaned_data["number"])


@require_safe
@never_cache
def verify_code(request: HttpRequest, code: str) -> HttpResponse:
    """The address in the QR code: a signed token, or the bare code of older files."""
    if tokens.is_token(code):
        if is_over_limit(request):
            return too_many(request)
        check = tokens.check(code)
        return _verify_page(request, VerifyForm(), found=check.found, token=check, status=200 if check.found else 404)
    return _answer(request, VerifyForm(), code)


def _answer(request: HttpRequest, form: VerifyForm, text: str) -> HttpResponse:
    if is_over_limit(request):
        return too_many(request)
    found = look_up(text)
    return _verify_page(request, form, found=found, asked=text, status=200 if found else 404)


@require_POST
@never_cache
def verify_file(request: HttpRequest) -> HttpResponse:
    """Check a certificate's file: is it whole and ours, and does the register still stand by it? Nothing is kept."""
    form = VerifyFileForm(request.POST, request.FILES)
    if not form.is_valid():
        return _verify_page(request, VerifyForm(), file_form=form, status=422)
    if is_over_limit(request):
        return too_many(request)
    check = check_file(form.cleaned_data["file"].read())
    return _verify_page(request, VerifyForm(), found=check.found, check=check)


def _verify_page(
    request: HttpRequest,
    form: VerifyForm,
    *,
    file_form: VerifyFileForm | None = None,
    found: Verification | None = None,
    check: FileCheck | None = None,
    token: TokenCheck | None = None,
    asked: str = "",
    status: int = 200,
) -> HttpResponse:
    if found:
        count_public_check(actor_of(request), certificate_id=found.certificate_id)
    context = {
        "form": form,
        "file_form": file_form or VerifyFileForm(),
        "found": found,
        "asked": asked[:200],
        "tone": _TONES.get(found.state, "bad") if found else "bad",
        "meaning": _meaning(found),
        "report": check.report if check else None,
        "sm2": check.sm2 if check else None,
        "fault": _fault(check, token) if not found else None,
        "is_outdated": token is not None and token.finding == TokenFinding.OUTDATED,
        "is_proved": token is not None and token.finding == TokenFinding.GENUINE,
    }
    return render(request, "public/verify.html", context, status=status)


def _fault(check: FileCheck | None, token: TokenCheck | None) -> tuple[Promise, Promise] | None:
    if token:
        return _TOKEN_FAULTS[token.finding]
    return _FAULTS[check.finding] if check else None


# What is wrong with a QR code.
_TOKEN_FAULTS = {
    TokenFinding.ALTERED: (
        gettext_lazy("内容与登记不符"),
        gettext_lazy("二维码里的内容被改过，和签名对不上，这张证照不能相信。可以打 12345 反映。"),
    ),
    TokenFinding.FOREIGN: (
        gettext_lazy("不是本平台的二维码"),
        gettext_lazy("这个二维码不是本平台签发的，或者签发它的密钥已经停用，不能证明证照是真的。请按编号核验。"),
    ),
    TokenFinding.UNKNOWN: (
        gettext_lazy("没有这张证照"),
        gettext_lazy("二维码的签名是真的，但登记库里没有这张证照。请按编号核验，或者打 12345 反映。"),
    ),
}

# What is wrong with a file: the verdict in a word, and what it means.
_FAULTS = {
    FileFinding.CHANGED: (
        gettext_lazy("文件被改动"),
        gettext_lazy("这个文件在签章之后被改过，里面的内容不能相信。请向对方要原始文件，或者按编号核验。"),
    ),
    FileFinding.FOREIGN_SEAL: (
        gettext_lazy("不认可的签章"),
        gettext_lazy("文件上的签章或时间戳不是本平台认可的机构做的，不能证明它是真的。"),
    ),
    FileFinding.EXPIRED_SEAL: (
        gettext_lazy("签章用的数字证书已过期"),
        gettext_lazy("文件没有改动，但签章或时间戳是在数字证书过期以后才做的，不能证明它是真的。请按编号核验。"),
    ),
    FileFinding.NOT_A_CERTIFICATE: (
        gettext_lazy("不是证照文件"),
        gettext_lazy("签章有效，文件没有改动，但它不是登记库里的证照，可能是一份通知书。"),
    ),
    FileFinding.NOT_SEALED: (
        gettext_lazy("没有签章"),
        gettext_lazy("这个文件没有电子签章，可能是复印件或截图打印的。请向对方要带签章的原始文件，或者按编号核验。"),
    ),
    FileFinding.UNREADABLE: (
        gettext_lazy("文件打不开"),
        gettext_lazy("这不是完好的 PDF 文件。请让对方重新发送原始文件，不要用截图。"),
    ),
}


def _meaning(found: Verification | None) -> str:
    if found is None:
        return ""
    if found.is_renewed:
        return _("这张证照已经延续，换了新证，编号不变；这一张不能再用。按编号核验，看到的就是新的一张。")
    return {
        "valid": _("这张证照现在有效。"),
        "suspended": _("这张证照被发证机关暂扣，暂扣期间不能使用。"),
        "cancelled": _("这张证照已经注销，不能再用。"),
        "expired": _("这张证照的有效期已过，不能再用。"),
        "annulled": _("这张证照的许可已被依法撤销，不能再用。"),
        "revoked": _("这张证照已被依法吊销，不能再用。"),
    }[found.state]


@require_safe
@never_cache
def progress(request: HttpRequest) -> HttpResponse:
    """State and dates of a case by its number; nothing about who applied."""
    form = ProgressForm(_given(request))
    if not form.is_bound:
        return render(request, "public/progress.html", {"form": form})
    if not form.is_valid():
        return render(request, "public/progress.html", {"form": form}, status=422)
    if is_over_limit(request):
        return too_many(request)
    number = form.cleaned_data["number"]
    case = find_by_number(number)
    joint = None if case else joint_queries.find_by_number(number)
    rows = [(item, joint_page.tag_of(item)) for item in joint.items.all()] if joint else []
    context = {"form": form, "case": case, "joint": joint, "joint_rows": rows, "asked": number}
    return render(request, "public/progress.html", context, status=200 if case or joint else 404)


def _given(request: HttpRequest) -> dict[str, str] | None:
    return {"number": request.GET["number"]} if "number" in request.GET else None
