"""The page of one step that needs a second thought or a few words: a form of its own, used all over the workbench."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse

from common.errors import Conflict, DomainError, Forbidden, Invalid
from common.findings import Refused
from portal.workbench.pages import show


class StepPage:
    """The page of one step: shows the form, does the step once it is filled in, and says what was refused."""

    def __init__(
        self,
        request: HttpRequest,
        form: forms.Form,
        title: str,
        label: str,
        back: str,
        *,
        is_danger: bool = False,
        nav: str = "items",
    ) -> None:
        self._request = request
        self._form = form
        self._nav = nav
        self._frame: dict[str, Any] = {"title": title, "label": label, "back_url": back, "is_danger": is_danger}

    def add(self, **shown: Any) -> None:
        """Show something more beside the form."""
        self._frame |= shown

    def answer(self, act: Callable[[], str], *, done: Callable[[], HttpResponse]) -> HttpResponse:
        """Answer the request; ``act`` returns what to tell afterwards."""
        if self._request.method != "POST":
            return self._show()
        if not self._form.is_valid():
            return self._show(status=422)
        try:
            message = act()
        except Invalid as error:
            for name, text in error.fields.items():
                self._form.add_error(name if name in self._form.fields else None, str(text))
            if not error.fields:
                self._form.add_error(None, error.text)
            found = error.findings if isinstance(error, Refused) else []
            return self._show(status=error.http_status, findings=found)
        except (Conflict, Forbidden) as error:
            return self._show(status=error.http_status, conflict=error)
        messages.success(self._request, message)
        return done()

    def _show(self, *, status: int = 200, conflict: DomainError | None = None, findings: Any = ()) -> HttpResponse:
        context = {**self._frame, "form": self._form, "conflict": conflict, "findings": findings}
        return show(self._request, "workbench/item_step.html", context, nav=self._nav, status=status)
