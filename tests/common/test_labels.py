"""Every code set that pages show has English names, and no name outlives its code."""

from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation

from cases.assisting.models import Assistance
from cases.counter.models import Appointment
from cases.models import (
    Branch,
    Breach,
    BulkJob,
    CaseMaterial,
    Delivery,
    Expert,
    FeeNotice,
    Hearing,
    HearingParticipant,
    Notice,
    NoticeService,
    OpinionAsked,
    Payment,
    Refund,
    RouteEntry,
    Signature,
    SpecialProcedure,
    Undertaking,
)
from cases.states import Action, Outcome, State
from certificates.models import Certificate, CertificateType, StateProposal, TypeDuty
from certificates.states import Operation
from certificates.stock_models import StockImport
from common import translations
from common.formatting import action_label, code_label, format_dates_in, format_list
from identity.models import Region
from identity.reviewing.states import VersionAction
from services import codes
from services.bundles.codes import LifeEvent, Side
from services.models import AskWaiver, ExchangeBatch, ItemVersion, ServiceItem
from services.states import Operation as ItemOperation
from services.states import OperationAction, OperationState, Standing
from services.themes import ORGANISATION_THEMES, PERSON_THEMES

CODES = [
    State,
    Outcome,
    Branch.State,
    RouteEntry.Kind,
    OpinionAsked.State,
    OpinionAsked.Stance,
    Hearing.State,
    Hearing.Origin,
    HearingParticipant.Role,
    HearingParticipant.Way,
    Expert.Conflict,
    Expert.Stance,
    BulkJob.Kind,
    codes.StageKind,
    codes.Assignment,
    CaseMaterial.Way,
    Notice.Kind,
    SpecialProcedure.Kind,
    Signature.Capacity,
    Undertaking.Kind,
    Undertaking.State,
    Breach.State,
    NoticeService.State,
    NoticeService.Way,
    NoticeService.Signer,
    Delivery.State,
    Delivery.Way,
    FeeNotice.State,
    Payment.Way,
    Refund.State,
    codes.FeeKind,
    Assistance.State,
    Assistance.Way,
    Appointment.State,
    ExchangeBatch.Kind,
    ExchangeBatch.State,
    StockImport.State,
    Certificate.State,
    StateProposal.State,
    CertificateType.HolderKind,
    CertificateType.Retention,
    TypeDuty.Right,
    codes.ItemType,
    codes.ProjectType,
    codes.TimeUnit,
    codes.Audience,
    Region.Level,
    codes.MaterialNeed,
    codes.ResultKind,
    ServiceItem.State,
    ItemVersion.State,
    AskWaiver.State,
    OperationState,
    Standing,
    Side,
    LifeEvent,
]
NAMES = {str(label) for code in CODES for label in code.labels} | {
    *PERSON_THEMES.values(),
    *ORGANISATION_THEMES.values(),
}


CATALOGUE_ACTIONS = (*VersionAction.labels, *OperationAction.labels, *ItemOperation.labels)
ACTIONS = {str(label) for label in (*Action.labels, *Operation.labels, *CATALOGUE_ACTIONS)}


@pytest.fixture(scope="module")
def catalogue():
    return translations.read(Path(settings.LOCALE_PATHS[0]) / "en" / "LC_MESSAGES" / "django.po")


@pytest.mark.parametrize(("names", "context"), [(NAMES, "code"), (ACTIONS, "action")])
def test_every_name_has_an_english_one(catalogue, names, context):
    known = {message.id for message in catalogue if message.context == context and message.string}

    assert names - known == set()


def test_a_name_follows_the_page_and_an_unknown_one_stays():
    with translation.override("en"):
        assert (code_label("准予"), action_label("准予")) == ("Approved", "Approve")
        assert code_label("示范市民政局") == "示范市民政局"
    assert code_label("准予") == "准予"
    assert code_label("") == ""


def test_dates_inside_a_text_are_written_for_people():
    assert format_dates_in("证照库中有效，公安局签发，至 2038-06-03") == "证照库中有效，公安局签发，至 2038年6月3日"
    with translation.override("en"):
        assert format_dates_in("issued by 公安局, until 2038-06-03") == "issued by 公安局, until 3 June 2038"
        assert format_dates_in("From 居民身份证，2015-09-21") == "From 居民身份证，2015年9月21日"


@pytest.mark.parametrize("text", ["2038-13-40", "0000-8100011", "1.2.156.3005.2", "12038-06-031"])
def test_what_is_no_date_stays(text):
    assert format_dates_in(text) == text


def test_a_list_is_joined_as_the_language_does():
    assert format_list(["甲", "乙"]) == "甲、乙"
    with translation.override("en"):
        assert format_list(["A", "B"]) == "A, B"
