"""存量证照入库 in the workbench: upload, report, import, and who may."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from certificates.models import Certificate, StockImport
from certificates.stock import desk
from tests.certificates.test_stock import good
from tests.certificates.test_stock_desk import content
from tests.factories.cast import Cast, build_cast
from tests.factories.workbench import browser_of
from tests.portal.workbench.test_markup import check


@pytest.fixture
def cast(db) -> Cast:
    return build_cast()


def sent(cast, data: bytes, name="清单.csv", **more):
    file = SimpleUploadedFile(name, data)
    values = {"issuer": cast.scjg.pk, "type": cast.food_licence.pk, "sheet": file, **more}
    return browser_of(cast.decider).post(reverse("stock_imports"), values)


def test_upload_read_import(cast):
    browser = browser_of(cast.decider)
    check(browser.get(reverse("stock_imports")).content.decode())
    answer = sent(cast, content(good(cast), good(cast, number="X2", name="别的店")))
    row = StockImport.objects.get()
    url = reverse("stock_import", args=[row.pk])
    assert answer.headers["Location"] == url
    check(browser.get(url).content.decode())
    desk.check_uploaded(stock_id=row.pk)
    page = browser.get(url)
    check(page.content.decode())
    assert "名称与登记的不一致" in page.content.decode()
    assert b"X2" not in page.content
    report = browser.get(reverse("stock_report", args=[row.pk]))
    assert len(report.content.decode("utf-8-sig").splitlines()) == 3
    assert Certificate.objects.count() == 1
    assert browser.post(url).status_code == 302
    assert browser.post(url).status_code == 409
    check(browser.get(url).content.decode())
    desk.run_stock(stock_id=row.pk)
    check(browser.get(url).content.decode())
    check(browser.get(reverse("stock_imports")).content.decode())
    assert Certificate.objects.count() == 2


@pytest.mark.parametrize(("data", "name"), [(b"", "a.csv"), (b"x", "a.exe"), (b"x", "\x00.csv.exe")])
def test_an_unfit_file_is_told_at_the_field(cast, data, name):
    answer = sent(cast, data, name)
    assert answer.status_code == 422
    assert "sheet" in answer.context["form"].errors
    assert not StockImport.objects.exists()


def test_another_departments_type_is_no_choice(cast):
    answer = sent(cast, content(good(cast)), issuer=cast.xfj.pk)
    assert answer.status_code == 422
    assert not StockImport.objects.exists()
