"""Sharing: told to the receiver alone, seen by nobody else, with a watermark, until the holder ends it."""

import datetime as dt
import io
import re

import pikepdf
import pypdfium2
import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from certificates.actions import change_state
from certificates.errors import CertificateNotFound, FileDamaged
from certificates.models import Certificate, Disclosure, Grant
from certificates.queries import read_file
from certificates.states import Operation
from certificates.wallet import privacy, queries, use_log
from certificates.wallet.errors import (
    NotShowable,
    ShareCodeLocked,
    ShareCodeWrong,
    ShareInvalid,
    ShareNotFound,
    ShareOver,
    TooManyShares,
)
from certificates.wallet.models import Share
from certificates.wallet.sharing_actions import (
    MOST_LIVE,
    end_share,
    open_share,
    read_shared_file,
    share,
    unlock,
)
from common.checksums import id_number_check
from common.ids import uuid7
from common.models import AuditEvent
from identity.actor import PUBLIC
from identity.models import Account, OutboxMessage, Person
from identity.privacy.closing_actions import close_account, reopen
from identity.queries import actor_for
from tests.factories.cast import Cast, a_citizen, a_person, build_cast
from tests.factories.mandates import an_agent, some_terms
from tests.factories.phones import code_in, texts_to
from tests.factories.threads import at_once
from tests.factories.wallet import FRIEND, a_blank_pdf, a_share, asked


def link_in(text: str) -> str:
    found = re.search(r"/shared/([\w-]+)/", text)
    assert found, text
    return found.group(1)


def test_a_phone_gets_link_and_code_and_they_open_it(cast: Cast):
    row = a_share(cast)
    (text,) = texts_to(FRIEND)
    token, code = link_in(text), code_in(text)
    assert unlock(PUBLIC, token=token, code=f" {code} ") == row
    stored = f"{Share.objects.values()} {Grant.objects.values()}"
    assert token not in stored, "only digests are kept"
    assert code not in stored
    with pytest.raises(ShareNotFound):
        unlock(PUBLIC, token="x" * 22, code=code)


def test_wrong_codes_are_counted_and_the_sixth_try_opens_nothing(cast: Cast):
    a_share(cast)
    (text,) = texts_to(FRIEND)
    token, code = link_in(text), code_in(text)
    for _round in range(5):
        with pytest.raises(ShareCodeWrong):
            unlock(PUBLIC, token=token, code="nothing")
    with pytest.raises(ShareCodeLocked):
        unlock(PUBLIC, token=token, code=code)
    assert Share.objects.get().tries == 5


def test_by_id_number_and_name_only_that_person_receives(cast: Cast):
    person = Person.objects.get(pk=cast.stranger.person_id)
    row = a_share(cast, to="id_number", number=person.id_number, name=person.name)
    assert queries.get_received(cast.stranger, row.pk) == row
    assert "别人给我看的" in texts_to(person.phone)[0]
    with pytest.raises(ShareNotFound):
        queries.get_received(cast.person, row.pk)
    a_share(cast, to="id_number", number=person.id_number, name="赵某某")
    assert queries.received(cast.stranger).count() == 1, "a number with another name reaches nobody"
    assert len(texts_to(person.phone)) == 1


def test_somebody_who_registers_later_finds_what_was_shared_with_their_number(cast: Cast):

    first17 = "51990219800101105"
    row = a_share(cast, to="id_number", number=first17 + id_number_check(first17), name="周晚来")
    late = actor_for(a_citizen(a_person("周晚来", serial="05", phone="13900000055")))
    assert [found.pk for found in queries.received(late)] == [row.pk]


def test_an_organisation_receives_and_others_do_not(cast: Cast):
    person_licence = Certificate.objects.filter(pk=cast.licence.pk)
    person_licence.update(holder_id=cast.stranger.principal_id)
    row = share(
        cast.stranger,
        certificate_id=cast.licence.pk,
        asked=asked(to="organisation", number=cast.shop.uscc, name=""),
    )
    assert row.receiver_name == cast.shop.name
    assert queries.get_received(cast.citizen, row.pk) == row
    for other in (cast.person, cast.stranger, cast.decider, PUBLIC):
        with pytest.raises(ShareNotFound):
            queries.get_received(other, row.pk)
    agent = an_agent(cast, terms=some_terms(may_use_wallet=False))
    with pytest.raises(ShareNotFound):
        queries.get_received(agent, row.pk)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"to": "crowd"}, "to"),
        ({"number": "12345"}, "number"),
        ({"to": "id_number", "number": "519902198001011"}, "number"),
        ({"to": "organisation", "number": "91519902MA0000000X"}, "number"),
        ({"name": ""}, "name"),
        ({"name": "王\x00"}, "name"),
        ({"purpose_kind": "fun"}, "purpose_kind"),
        ({"purpose": " "}, "purpose"),
        ({"purpose": "长" * 61}, "purpose"),
        ({"last_day": dt.date(2020, 1, 1)}, "last_day"),
        ({"last_day": timezone.localdate() + dt.timedelta(days=91)}, "last_day"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_shared(cast: Cast, changes: dict, field: str):
    with pytest.raises(ShareInvalid) as refused:
        a_share(cast, **changes)
    assert field in refused.value.fields
    assert not Share.objects.exists()
    assert not Grant.objects.exists()
    assert not OutboxMessage.objects.exists()


def test_refusals_share_nothing(cast: Cast):
    with pytest.raises(CertificateNotFound):
        share(cast.stranger, certificate_id=cast.licence.pk, asked=asked())
    agent = an_agent(cast, terms=some_terms(may_use_wallet=False))
    with pytest.raises(CertificateNotFound):
        share(agent, certificate_id=cast.licence.pk, asked=asked())
    change_state(
        cast.decider, certificate_id=cast.licence.pk, operation=Operation.SUSPEND, reason="年报逾期", legal_basis="条例"
    )
    with pytest.raises(NotShowable):
        a_share(cast)
    assert not Share.objects.exists()


def test_the_holder_ends_it_any_time_and_it_opens_no_more(cast: Cast):
    row = a_share(cast)
    (text,) = texts_to(FRIEND)
    with pytest.raises(ShareNotFound):
        end_share(cast.stranger, share_id=row.pk)
    assert Share.objects.get().ended_at is None
    end_share(cast.citizen, share_id=row.pk)
    first = Share.objects.get().ended_at
    end_share(cast.citizen, share_id=row.pk)
    assert Share.objects.get().ended_at == first, "twice is once"
    with pytest.raises(ShareOver):
        unlock(PUBLIC, token=link_in(text), code=code_in(text))
    with pytest.raises(ShareOver):
        open_share(PUBLIC, row=row)
    assert Disclosure.objects.count() == 0
    assert Grant.objects.get().ends_at == first


def test_one_that_ran_out_closes_by_itself(cast: Cast):
    person = Person.objects.get(pk=cast.stranger.person_id)
    row = a_share(cast, to="id_number", number=person.id_number, name=person.name)
    Share.objects.update(until=timezone.now())
    assert not queries.received(cast.stranger).exists()
    with pytest.raises(ShareOver):
        open_share(cast.stranger, row=row)
    assert Disclosure.objects.count() == 0


def test_an_opened_share_stands_in_the_holders_log_under_the_receivers_name(cast: Cast):
    row = a_share(cast)
    open_share(PUBLIC, row=row)
    line = use_log.in_words(use_log.uses(cast.licence))[0]
    assert (line.who, line.purpose, line.how) == ("王友人", "分享给王友人：签供货合同", "查看")


def test_the_copy_has_the_mark_and_neither_signature_nor_attachments(cast: Cast):
    plain = pikepdf.new()
    plain.add_blank_page()
    plain.attachments["data.xml"] = pikepdf.AttachedFileSpec(plain, b"<secret/>")
    plain.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array())
    target = io.BytesIO()
    plain.save(target)
    cast.licence.file.save("licence.pdf", ContentFile(target.getvalue()))
    copy = read_shared_file(PUBLIC, row=a_share(cast))
    with pikepdf.open(io.BytesIO(copy)) as pdf:
        assert "/AcroForm" not in pdf.Root
        assert not pdf.attachments
        assert "/Comparison" in pdf.pages[0].Resources.XObject
    assert use_log.in_words(use_log.uses(cast.licence))[0].how == "查看文件"


def test_the_mark_of_a_copy_stands_out_from_its_issuers_grey_one(cast: Cast):
    cast.licence.file.save("licence.pdf", ContentFile(a_blank_pdf()))
    copy = read_shared_file(PUBLIC, row=a_share(cast))
    with pypdfium2.PdfDocument(copy) as pdf:
        drawn = pdf[0].render(scale=2).to_pil().convert("RGB")
    red, green, _blue = min((colour for _count, colour in drawn.getcolors(2**24)), key=sum)
    assert red - green > 60


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7 cut off", b"\x89PNG\r\n\x1a\n an image from old stock"])
def test_a_stored_file_that_is_no_pdf_is_said_plainly_and_no_look_is_recorded(cast: Cast, content: bytes):
    cast.licence.file.save("licence.pdf", ContentFile(content))
    row = a_share(cast)
    with pytest.raises(FileDamaged) as refused:
        read_shared_file(PUBLIC, row=row)
    assert refused.value.code == "certificate.file_damaged"
    assert not Disclosure.objects.exists()


def test_a_file_that_is_gone_or_is_not_the_one_that_was_signed_is_given_to_nobody(cast: Cast):
    cast.licence.file.save("licence.pdf", ContentFile(a_blank_pdf()), save=False)
    cast.licence.file_sha256 = "0" * 64
    cast.licence.save()
    row = a_share(cast)
    before = AuditEvent.objects.count()

    def nobody_gets_it() -> None:
        with pytest.raises(FileDamaged):
            read_shared_file(PUBLIC, row=queries.loaded().get(pk=row.pk))
        with pytest.raises(FileDamaged):
            read_file(cast.citizen, Certificate.objects.get(pk=cast.licence.pk))

    nobody_gets_it()
    cast.licence.file.storage.delete(cast.licence.file.name)
    nobody_gets_it()
    assert AuditEvent.objects.count() == before
    assert not Disclosure.objects.exists()


def test_one_certificate_is_open_to_so_many_at_a_time(cast: Cast):
    a_share(cast)
    row = Share.objects.get()
    for number in range(1, MOST_LIVE):
        mark, grant = bytes([number]) * 32, row.grant
        row.pk, row.token_digest, row.receiver_index = uuid7(), mark, mark
        grant.pk = uuid7()
        grant._state.adding = row._state.adding = True
        grant.save()
        row.grant = grant
        row.save()
    with pytest.raises(TooManyShares):
        a_share(cast)
    assert Share.objects.count() == MOST_LIVE


def test_the_same_key_shares_once(cast: Cast):
    one = share(cast.citizen, certificate_id=cast.licence.pk, asked=asked(), request_key="k")
    two = share(cast.citizen, certificate_id=cast.licence.pk, asked=asked(), request_key="k")
    assert one == two
    assert len(texts_to(FRIEND)) == 1


@pytest.mark.django_db(transaction=True)
def test_a_share_that_ends_while_it_is_opened_is_either_open_or_over():
    cast = build_cast()
    row = a_share(cast)
    results = at_once(
        lambda: bool(end_share(cast.citizen, share_id=row.pk)),
        lambda: bool(open_share(PUBLIC, row=row)),
    )
    assert results[0] is True
    assert Disclosure.objects.count() == (results[1] is True)


def test_a_copy_of_ones_data_names_the_shares_and_closing_ends_them(cast: Cast):
    a_share(cast)
    (shares, _reports) = privacy.collect(cast.shop.party)
    assert shares.rows[0]["分享给"] == "王友人"
    assert privacy.end_shares(cast.shop.party) == 1
    assert privacy.end_shares(cast.shop.party) == 0
    row = Share.objects.get()
    assert row.ended_at is not None
    with pytest.raises(ShareOver):
        open_share(PUBLIC, row=row)


def test_who_closes_their_account_shares_nothing_any_more(cast: Cast):
    Certificate.objects.filter(pk=cast.licence.pk).update(holder_id=cast.stranger.principal_id)
    row = share(cast.stranger, certificate_id=cast.licence.pk, asked=asked())
    close_account(cast.stranger, understood=True)
    row.refresh_from_db()
    assert row.ended_at is not None
    with pytest.raises(ShareOver):
        open_share(PUBLIC, row=row)


def test_what_a_closed_account_received_opens_no_more_and_the_giver_does_not_learn_of_it(cast: Cast):
    person = Person.objects.get(pk=cast.stranger.person_id)
    by_number = a_share(cast, to="id_number", number=person.id_number, name=person.name)
    by_phone = a_share(cast, number=person.phone, name=person.name)
    someone_elses = a_share(cast)
    before = list(queries.given(cast.citizen).values_list("pk", "ended_at", "until"))
    token = link_in(texts_to(person.phone)[-1])
    code = code_in(texts_to(person.phone)[-1])
    account = Account.objects.get(pk=cast.stranger.account_id)
    close_account(cast.stranger, understood=True)
    for row in (by_number, by_phone):
        with pytest.raises(ShareOver):
            open_share(PUBLIC, row=row)
    with pytest.raises(ShareOver):
        unlock(PUBLIC, token=token, code=code)
    assert list(queries.given(cast.citizen).values_list("pk", "ended_at", "until")) == before
    assert open_share(PUBLIC, row=someone_elses) == someone_elses
    reopen(cast.stranger, account_id=account.pk)
    assert list(queries.received(cast.stranger)) == [], "what ended stays ended"
