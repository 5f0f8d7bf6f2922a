"""A machine in the counter's hall, the sample courier in a thread, and its signed messages."""

import importlib.util
import json
import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from cases.actions import decision
from cases.delivery import actions as delivery_actions
from cases.delivery import parcel_actions
from cases.delivery.address import Address
from cases.delivery.models import Delivery, Parcel
from cases.models import Case
from cases.terminal import setup_actions
from cases.terminal.models import Terminal
from common.signed_messages import SignedChannel
from identity.account_queries import messages_to
from identity.actor import SYSTEM
from tests.factories import moves
from tests.factories.cast import Cast
from tests.factories.counter import Counter, a_counter

COURIER_FILE = Path(__file__).resolve().parents[2] / "deploy/examples/courier/courier.py"
SECRET = "sample-courier-secret-of-the-tests-01234"
CALLBACK = "/parcels/callback/"
HOME = Address("李清荷", "13900000001", "示范市示范区", "解放路 1 号 2 单元")


@dataclass
class Machine:
    """A terminal, its hall's counter, and the browser that stands in it."""

    hall: Counter
    terminal: Terminal
    browser: Client

    def url(self, name: str, *args: object) -> str:
        return reverse(name, args=[self.terminal.key, *args])

    def lay_card(self, number: str = "") -> Any:
        return self.browser.post(self.url("terminal"), {"value": number or self.hall.cast.li.id_number})

    def enter_by_code(self) -> Any:
        self.lay_card()
        self.browser.post(self.url("terminal_proof"), {"send": "1"})
        return self.browser.post(self.url("terminal_proof"), {"code": last_code(self.hall.cast)})


def a_machine() -> Machine:
    hall = a_counter()
    terminal = setup_actions.save_terminal(SYSTEM, hall_id=hall.hall.pk, name="1 号机")
    return Machine(hall, terminal, Client())


def last_code(cast: Cast) -> str:
    """The code in the last message to Li's phone."""
    cast.account.refresh_from_db()
    found = messages_to([bytes(cast.account.phone_index or b"")]).first()
    assert found is not None
    match = re.search(r"\d{6}", found.text)
    assert match
    return match[0]


def a_result_to_post(cast: Cast) -> tuple[Case, Delivery]:
    """Closed, to be posted to Li's home."""
    case = moves.a_reviewed_case(cast)
    delivery_actions.choose_way(cast.citizen, case_id=case.pk, way="post", address=HOME)
    decision.approve(cast.decider, case_id=case.pk)
    decision.close(case_id=case.pk)
    return case, Delivery.objects.get(case=case)


def _load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("sample_courier", COURIER_FILE)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # its dataclass looks itself up
    spec.loader.exec_module(module)
    return module


sample = _load()


class SilentCourier(sample.CourierService):  # type: ignore[misc,name-defined]
    """The sample, which does not call back by itself: a test sends what it wants to."""

    def _tell(self, parcel: Any, news: Any) -> None:
        return None


@contextmanager
def a_courier() -> Iterator[Any]:
    """The sample courier, with the settings that lead to it."""
    service = SilentCourier(0, customer="SANDBOX-1", secret=SECRET, portal="http://127.0.0.1:1")
    thread = threading.Thread(target=service.serve_forever, daemon=True)
    thread.start()
    said = {"url": service.url, "customer": service.customer, "secret": SECRET}
    try:
        with override_settings(COURIER="cases.delivery.signed_courier.SignedCourier", COURIER_SERVICE=said):
            yield service
    finally:
        service.shutdown()
        service.server_close()
        thread.join()


def a_posted_parcel(cast: Cast) -> tuple[Case, Parcel]:
    """Ordered at the courier that runs."""
    case, delivery = a_result_to_post(cast)
    parcel = parcel_actions.send_parcel(cast.clerk, delivery_id=delivery.pk)
    return case, parcel_actions.order_parcel(SYSTEM, parcel_id=parcel.pk)


def said_of(parcel: Parcel, step: str, *, secret: str = SECRET, **said: Any) -> dict[str, Any]:
    """The arguments of ``take_parcel_callback`` for a message that the courier signs."""
    at = said.pop("at", timezone.now().isoformat())
    values = {"customer": "SANDBOX-1", "number": parcel.number, "step": step, "at": at, "place": "转运中心", **said}
    body = json.dumps(values).encode()
    channel = SignedChannel("http://127.0.0.1:1", secret, "Post", {})
    return {"path": CALLBACK, "headers": channel.headers(CALLBACK, body), "body": body}


def told(parcel: Parcel, step: str, **said: Any) -> Parcel:
    """The courier says that something happened."""
    return parcel_actions.take_parcel_callback(SYSTEM, **said_of(parcel, step, **said))
