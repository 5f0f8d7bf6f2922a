"""Messages: each once, however the gateway behaves; at fit hours; nothing secret in any of them."""

import datetime as dt
import time
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.core import mail
from django.utils import timezone

from common import crypto
from common.errors import Forbidden
from common.models import AuditEvent
from identity import messaging
from identity.actor import Actor
from identity.errors import CodeExpired
from identity.messaging import announcing, errors, inbox, kinds, preferences, sending, templates
from identity.messaging.kinds import Group, Kind, Words
from identity.models import Announcement, MessagePreference, MessageTemplate, Notification, OutboxMessage
from tests.factories.cast import Cast, a_member_of_staff, build_cast
from tests.factories.catalogue import a_post
from tests.factories.phones import code_in, texts_to
from tests.factories.threads import at_once

DAY = dt.datetime(2026, 3, 3, 10, 0, tzinfo=dt.UTC) - dt.timedelta(hours=8)  # ten in the morning in Beijing
PHONE = "13900000001"


class Provider:
    """A gateway of a city that knows keys again; ``moods`` says how each call goes, then all is well."""

    moods: list[str] = []
    calls: list[str] = []
    taken: dict[str, str] = {}

    def send(self, *, phone: str, text: str, key: str) -> None:
        Provider.calls.append(key)
        mood = Provider.moods.pop(0) if Provider.moods else "well"
        if mood == "hang":
            time.sleep(1.5)
            return
        if mood != "down":
            Provider.taken.setdefault(key, text)
        if mood in {"down", "after"}:
            raise OSError("connection reset")


@pytest.fixture
def provider(settings, monkeypatch):
    settings.MESSAGE_GATEWAY = f"{__name__}.Provider"
    monkeypatch.setattr(sending, "PATIENCE", 0.5)
    Provider.moods, Provider.calls, Provider.taken = [], [], {}
    return Provider


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands at ten in the morning until a test moves it."""
    at = SimpleNamespace(now=timezone.now().astimezone(dt.UTC).replace(hour=2, minute=0, second=0))
    at.now += dt.timedelta(days=1)
    monkeypatch.setattr(timezone, "now", lambda: at.now)
    return at


def a_kind(recipients: list, **more: object) -> Kind:
    words = Words("有变化", "“{item}”（{number}）有变化。", "办件{number}有变化，请登录查看。")
    english = Words("News", "“{item}” ({number}) has news.", "Case {number} has news.")
    values = {"is_urgent": False, "group": Group.PROGRESS, **more}
    kind = Kind(
        code="test.changed",
        name="试验",
        fields=frozenset({"item", "number"}),
        words={"zh-hans": words, "en": english},
        recipients=lambda _about: recipients,
        **values,
    )
    kinds.declare(kind)
    return kind


@pytest.fixture
def cast(db) -> Cast:
    found = build_cast()
    found.li.phone = PHONE
    found.li.save()
    return found


@pytest.fixture(autouse=True)
def _no_test_kind():
    yield
    kinds._kinds.pop("test.changed", None)


def announce(kind: Kind, **more: str) -> Announcement:
    about = uuid4()
    announcing.notify(kind, about=about, values={"item": "食品经营许可", "number": "5199"}, link="/my/cases/", **more)
    return Announcement.objects.get(about=about)


def test_a_gateway_that_is_down_for_an_hour_loses_nothing_and_sends_nothing_twice(cast, provider, clock):
    for number in range(5):
        messaging.send(phone=PHONE, text=f"第{number}条")
    provider.moods = ["down"] * 200
    for _minute in range(60):
        sending.deliver_due()
        clock.now += dt.timedelta(minutes=1)
    assert not provider.taken
    assert OutboxMessage.objects.filter(state="waiting").count() == 5
    tries = len(provider.calls)
    assert tries < 60  # it backs off
    provider.moods = []
    for _minute in range(16):
        sending.deliver_due()
        clock.now += dt.timedelta(minutes=1)
    assert sorted(provider.taken.values()) == [f"第{number}条" for number in range(5)]
    assert len(provider.calls) == tries + 5
    assert OutboxMessage.objects.filter(state="handed").count() == 5


def test_what_failed_after_it_was_sent_is_asked_for_again_with_the_same_key(cast, provider, clock):
    messaging.send(phone=PHONE, text="一次")
    provider.moods = ["after"]
    sending.deliver_due()
    clock.now += dt.timedelta(minutes=5)
    sending.deliver_due()
    assert len(provider.calls) == 2
    assert len(set(provider.calls)) == len(provider.taken) == 1


def test_a_gateway_that_hangs_keeps_nobody_waiting(cast, provider, clock):
    messaging.send(phone=PHONE, text="一")
    messaging.send(phone=PHONE, text="二")
    provider.moods = ["hang"]
    assert sending.deliver_due() == 1
    assert list(provider.taken.values()) == ["二"]
    clock.now += dt.timedelta(minutes=5)
    sending.deliver_due()
    assert sorted(provider.taken.values()) == ["一", "二"]


def test_a_code_that_would_come_too_late_is_not_sent(cast, provider, clock):
    messaging.send(phone=PHONE, text="验证码", lasts=dt.timedelta(minutes=5))
    clock.now += dt.timedelta(minutes=6)
    sending.deliver_due()
    assert not provider.calls
    assert OutboxMessage.objects.get().state == "failed"


def test_a_worker_that_died_leaves_its_message_to_the_next(cast, provider, clock):
    messaging.send(phone=PHONE, text="一")
    row = OutboxMessage.objects.get()
    assert sending._take(row.pk)
    assert sending.deliver(message_id=row.pk) is None  # somebody has it
    clock.now += sending.LEASE
    assert sending.deliver(message_id=row.pk) is True


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_once(provider):
    messaging.send(phone=PHONE, text="一")
    row = OutboxMessage.objects.get()
    results = at_once(*[lambda: sending.deliver(message_id=row.pk)] * 4)
    assert results.count(True) == 1
    assert len(provider.calls) == 1


@pytest.mark.django_db(transaction=True)
def test_an_event_announced_and_spread_at_once_is_told_once():
    cast = build_cast()
    kind, about = a_kind([cast.li.pk, cast.li.pk]), uuid4()
    act = {"about": about, "values": {"item": "一", "number": "2"}}
    at_once(*[lambda: announcing.notify(kind, **act)] * 3)
    row = Announcement.objects.get()
    at_once(*[lambda: announcing.spread(announcement_id=row.pk)] * 3)
    assert Notification.objects.count() == 1


def test_inbox_phone_and_mail_each_get_it_once(cast, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    MessagePreference.objects.create(person=cast.li, email="li@example.com", language="en")
    row = announce(a_kind([cast.li.pk], is_urgent=True))
    assert announcing.spread(announcement_id=row.pk) == 1
    assert announcing.spread(announcement_id=row.pk) == 0
    assert inbox.own(cast.citizen).get().body == "“食品经营许可” (5199) has news."
    assert texts_to(PHONE) == ["Case 5199 has news."]
    sending.deliver_due()
    sending.deliver_due()
    assert [one.to for one in mail.outbox] == [["li@example.com"]]
    assert "食品" not in mail.outbox[0].body + mail.outbox[0].subject
    assert mail.outbox[0].extra_headers["Message-ID"].startswith("<")


@pytest.mark.parametrize(
    ("hour", "minute", "waits"),
    [(21, 59, False), (22, 0, True), (23, 30, True), (3, 0, True), (7, 59, True), (8, 0, False), (12, 0, False)],
)
def test_no_phone_rings_at_night(hour, minute, waits):
    local = timezone.make_aware(dt.datetime(2026, 12, 31, hour, minute))
    due = timezone.localtime(announcing.not_before(local))
    assert (due != local) == waits
    if waits:
        assert (due.hour, due.minute) == (8, 0)
        assert dt.timedelta(0) < due - local < dt.timedelta(hours=10, minutes=1)


def test_at_night_only_what_is_urgent_goes_out(cast, provider, clock):
    clock.now = clock.now.replace(hour=15)  # eleven at night in Beijing
    announcing.spread(announcement_id=announce(a_kind([cast.li.pk])).pk)
    sending.deliver_due()
    assert not provider.calls
    assert inbox.unread_count(cast.citizen) == 1  # the inbox makes no noise
    announcing.spread(announcement_id=announce(a_kind([cast.li.pk], is_urgent=True)).pk)
    sending.deliver_due()
    assert len(provider.calls) == 1
    clock.now += dt.timedelta(hours=9, minutes=1)
    sending.deliver_due()
    assert len(provider.calls) == 2


def test_what_is_switched_off_does_not_come_and_legal_notices_stay_in_the_inbox(cast):
    preferences.choose(cast.person, off=["sms:progress", "portal:progress", "sms:legal"], language="zh-hans")
    announcing.spread(announcement_id=announce(a_kind([cast.li.pk])).pk)
    announcing.spread(announcement_id=announce(a_kind([cast.li.pk], group=Group.LEGAL)).pk)
    assert texts_to(PHONE) == []
    assert inbox.unread_count(cast.citizen) == 1
    before = MessagePreference.objects.get().off
    with pytest.raises(errors.LegalStaysOn):
        preferences.choose(cast.person, off=["portal:legal"], language="en")
    assert MessagePreference.objects.get().off == before


def test_values_must_be_what_the_event_declares(cast):
    with pytest.raises(ValueError, match="takes"):
        announcing.notify(a_kind([]), about=uuid4(), values={"item": "一", "id_number": "2"})
    assert not Announcement.objects.exists()


def test_an_address_counts_once_its_code_is_typed(cast):
    code_id = preferences.ask_email(cast.person, email=" li@example.com ", address="10.0.0.1")
    code = code_in(OutboxMessage.objects.get(channel="email").text)
    assert preferences.own(cast.person).email == ""
    preferences.confirm_email(cast.person, code_id=code_id, code=code)
    assert preferences.own(cast.person).email == "li@example.com"
    preferences.remove_email(cast.person)
    assert preferences.own(cast.person).email == ""


def test_the_code_of_one_address_confirms_no_other(cast):
    code_id = preferences.ask_email(cast.person, email="li@example.com", address="10.0.0.1")
    code = code_in(OutboxMessage.objects.get(channel="email").text)
    preferences.ask_email(cast.person, email="other@example.com", address="10.0.0.1")
    with pytest.raises(CodeExpired):
        preferences.confirm_email(cast.person, code_id=code_id, code=code)
    assert preferences.own(cast.person).email == ""


@pytest.mark.parametrize("email", ["", "li", "li@", "a b@example.com", "li@example.com\nBcc: x@example.com", "x" * 400])
def test_what_is_no_address_is_refused(cast, email):
    with pytest.raises(errors.EmailInvalid):
        preferences.ask_email(cast.person, email=email, address="10.0.0.1")
    assert not MessagePreference.objects.exists()
    assert not OutboxMessage.objects.exists()


def test_nobody_reads_or_marks_anothers_message(cast):
    announcing.spread(announcement_id=announce(a_kind([cast.li.pk])).pk)
    row = Notification.objects.get()
    with pytest.raises(errors.MessageNotFound):
        inbox.read(cast.stranger, message_id=row.pk)
    assert inbox.read_all(cast.stranger) == 0
    row.refresh_from_db()
    assert row.read_at is None


def test_every_template_of_every_room_can_be_saved_as_it_is_and_leaves_nothing_secret():
    every = kinds.every()
    assert len(every) >= 12
    for kind in every:
        for language in kinds.LANGUAGES:
            words = kind.words[language]
            assert templates.problems_of(kind, words) == {}, (kind.code, language)
            assert kinds.places_in(words.brief) <= kinds.OUTSIDE_FIELDS
            assert kinds.places_in(words.title) == set()


def a_keeper(cast: Cast) -> Actor:
    return a_member_of_staff("1099", a_post(cast.scjg, "系统管理"), "administrator")


@pytest.fixture
def keeper(cast):
    return a_keeper(cast)


GOOD = {"title": "新标题", "body": "“{item}”{number}", "brief": "办件{number}有变化"}


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("title", ""),
        ("title", "关于{item}"),
        ("title", "长" * 61),
        ("body", "您的证件号{id_number}"),
        ("body", "{item.__class__}"),
        ("body", "{}"),
        ("body", "{item"),
        ("body", "验证码 123456"),
        ("brief", "“{item}”办好了"),
        ("brief", "请打开 https://example.com"),
        ("brief", "公民身份号码 519902199001011883"),
        ("brief", "字" * 141),
        ("brief", "空\x00字节"),
    ],
)
def test_a_template_is_refused_by_field_and_nothing_is_saved(keeper, field, text):
    a_kind([])
    with pytest.raises(errors.TemplateInvalid) as refused:
        templates.rewrite(
            keeper, event="test.changed", language="zh-hans", words=Words(**{**GOOD, field: text}), expected_version=0
        )
    assert set(refused.value.fields) == {field}
    assert not MessageTemplate.objects.exists()


def test_versions_count_on_and_the_first_words_can_come_back(cast, keeper):
    kind = a_kind([cast.li.pk])
    templates.rewrite(keeper, event=kind.code, language="zh-hans", words=Words(**GOOD), expected_version=0)
    announcing.spread(announcement_id=announce(kind).pk)
    assert Notification.objects.get().title == "新标题"
    with pytest.raises(errors.TemplateStale):
        templates.reset(keeper, event=kind.code, language="zh-hans", expected_version=0)
    templates.reset(keeper, event=kind.code, language="zh-hans", expected_version=1)
    assert templates.current(kind, "zh-hans").title == "有变化"
    assert templates.current(kind, "en").title == "News"
    assert [row.version for row in MessageTemplate.objects.order_by("version")] == [1, 2]
    assert AuditEvent.objects.filter(code="identity.template_saved").count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_who_save_a_template_at_once_make_one_version():
    cast = build_cast()
    keeper = a_keeper(cast)
    a_kind([])
    act = {"event": "test.changed", "language": "en", "words": Words(**GOOD), "expected_version": 0}
    results = at_once(*[lambda: templates.rewrite(keeper, **act)] * 2)
    assert results.count("message.template_stale") == 1
    assert MessageTemplate.objects.count() == 1


def test_only_whoever_connects_systems_keeps_the_words(cast):
    for actor in (cast.citizen, cast.clerk, cast.decider):
        with pytest.raises(Forbidden):
            templates.overview(actor)


def test_what_left_more_than_a_day_ago_is_forgotten_and_what_waits_is_not(cast, provider, clock):
    messaging.send(phone=PHONE, text="一")
    sending.deliver_due()
    provider.moods = ["down"] * 9
    messaging.send(phone="13900000002", text="二")
    sending.deliver_due()
    clock.now += dt.timedelta(days=1, minutes=1)
    assert sending.forget_old() == 1
    assert OutboxMessage.objects.get().text == "二"
    assert bytes(OutboxMessage.objects.get().phone_index) == crypto.blind_index("13900000002", purpose="identity.phone")
