"""The pieces of a material in the editor: added, changed, moved, taken out and put back."""

import pytest

from services.descriptions import MaterialPart
from tests.factories.catalogue import a_certificate_type
from tests.factories.editing import a_desk, a_draft
from tests.factories.workbench import browser_of
from tests.portal.workbench.test_editor import address, content, edit

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk():
    return a_desk()


def pieces(draft):
    return content(draft).materials[0].pieces


def test_a_material_is_put_together_of_pieces(desk):
    kind, other = a_certificate_type(), a_certificate_type("other", "别的证")
    material = MaterialPart(key="register", name="登记证照", satisfied_by=frozenset([kind.pk]))
    draft = a_draft(desk, materials=(material,))
    where = address(draft, "materials", "1-new")
    refused = edit(desk.ann, where, name="营业执照", types=[str(other.pk)])
    assert refused.status_code == 422, "only certificates that the material accepts"
    assert edit(desk.ann, where, name="", kind="营业").status_code == 422
    assert pieces(draft) == []
    assert edit(desk.ann, where, name="营业执照", types=[str(kind.pk)]).status_code == 302
    assert edit(desk.ann, where, name="事业单位法人证书", kind="institution").status_code == 302
    first, second = pieces(draft)
    assert (first["name"], first["types"]) == ("营业执照", [str(kind.pk)])
    assert (second["name"], second["kind"]) == ("事业单位法人证书", "institution")
    assert edit(desk.ann, address(draft, "materials", "1"), combination="all").status_code == 302
    assert content(draft).materials[0].combination == "all"
    page = browser_of(desk.ann).get(address(draft, "materials")).content.decode()
    assert "以下全部" in page
    assert "事业单位法人证书" in page
    edit(desk.ann, address(draft, "materials", "1-1"), name="营业执照正本")
    assert pieces(draft)[0] == {**first, "name": "营业执照正本"}
