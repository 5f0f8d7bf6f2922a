"""A small catalogue for tests: a region, two departments and items as short as they can be."""

from typing import Any

from certificates.models import CertificateType
from identity.models import Department, Post, Region
from identity.rules import make_uscc
from services.codes import catalog_code, task_code
from services.models import ItemVersion, ServiceItem
from services.search import reindex

_BODIES = {"市场监管局": "00000011", "公安局": "00000013", "区人社局": "00000017"}


def a_region(code: str = "519900", name: str = "示范市") -> Region:
    level = Region.Level.CITY if code.endswith("00") else Region.Level.COUNTY
    return Region.objects.get_or_create(code=code, defaults={"name": name, "level": level})[0]


def a_department(short_name: str = "市场监管局", *, region: str = "519900") -> Department:
    uscc = make_uscc(prefix="11", region=region, body=_BODIES[short_name])
    defaults = {"name": f"示范市{short_name}", "short_name": short_name, "region": a_region(region)}
    department, _created = Department.objects.get_or_create(uscc=uscc, defaults=defaults)
    return department


def a_post(department: Department, name: str = "登记注册科") -> Post:
    post, _created = Post.objects.get_or_create(department=department, name=name)
    post.serves.add(department)
    return post


def a_certificate_type(key: str = "business-licence", name: str = "营业执照") -> CertificateType:
    defaults = {
        "type_code": f"1{len(key):020d}",
        "name": name,
        "definer": a_department(),
        "holder_kind": "organisation",
        "template": "licence",
        "seal_caption": "专用章",
    }
    return CertificateType.objects.get_or_create(key=key, defaults=defaults)[0]


def an_item(name: str, *, main: str = "31001", department: Department | None = None, **version: Any) -> ServiceItem:
    """A published, indexed item; ``version`` fills the version's fields, ``popularity`` the item's."""
    department = department or a_department()
    item_type = version.pop("item_type", "01")
    code = task_code(uscc=department.uscc, level="3", catalog=catalog_code(region="51", item_type=item_type, main=main))
    item = ServiceItem.objects.create(
        task_code=code,
        department=department,
        department_name=department.name,
        region=department.region,
        item_type=item_type,
        name=name,
        popularity=version.pop("popularity", 0),
    )
    item.current = ItemVersion.objects.create(
        item=item, version=1, state=ItemVersion.State.PUBLISHED, name=name, **{"audience": ["1"], **version}
    )
    item.save()
    reindex([item])
    return item
