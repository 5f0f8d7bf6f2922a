"""What search engines read of a guide: schema.org GovernmentService as JSON-LD, a data block that no browser runs."""

import json
from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from portal.public.guide.places import Place
from services.codes import Audience
from services.queries import Guide

# Inside a script element only these could end it or begin another one.
_ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026", 0x2028: "\\u2028", 0x2029: "\\u2029"}


def government_service(request: HttpRequest, shown: Guide, places: Sequence[Place] = ()) -> SafeString:
    """Return the data block's content. Source: schema.org/GovernmentService."""
    item, version = shown.item, shown.version
    address = request.build_absolute_uri(reverse("item_guide", args=[item.pk]))
    channels: list[dict[str, Any]] = []
    if version.is_applicable_online:
        channels.append({"@type": "ServiceChannel", "serviceUrl": address})
    for one in places:
        channels.append({"@type": "ServiceChannel", "serviceLocation": _place(one)})
    if version.hall_place and not places:
        place = {"@type": "Place", "address": version.hall_place}
        channel: dict[str, Any] = {"@type": "ServiceChannel", "serviceLocation": place}
        if version.consult_phone:
            channel["servicePhone"] = {"@type": "ContactPoint", "telephone": version.consult_phone}
        channels.append(channel)
    told: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "GovernmentService",
        "@id": address,
        "url": address,
        "name": version.name,
        "description": version.summary,
        "identifier": item.code,
        "serviceType": item.get_item_type_display(),
        "provider": {"@type": "GovernmentOrganization", "name": item.department_name},
        "areaServed": {"@type": "AdministrativeArea", "name": item.region.name, "identifier": item.region.code},
        "audience": [
            {"@type": "Audience", "audienceType": str(label)}
            for value, label in Audience.choices
            if value in version.audience
        ],
        "availableChannel": channels,
        "dateModified": version.updated_at.date().isoformat(),
        "inLanguage": "zh-Hans",
    }
    if version.result_name:
        told["serviceOutput"] = {"@type": "Thing", "name": version.result_name}
    if shown.is_free:
        told["isAccessibleForFree"] = True
    text = json.dumps({key: value for key, value in told.items() if value}, ensure_ascii=False)
    return mark_safe(text.translate(_ESCAPES))


_WEEK = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def _place(place: Place) -> dict[str, Any]:
    """A hall with its hours. Source: schema.org/OpeningHoursSpecification."""
    hall = place.hall
    told: dict[str, Any] = {"@type": "Place", "name": hall.name, "address": hall.address, "telephone": hall.phone}
    if hall.latitude is not None and hall.longitude is not None:
        told["geo"] = {
            "@type": "GeoCoordinates",
            "latitude": str(hall.latitude),
            "longitude": str(hall.longitude),
        }
    told["openingHoursSpecification"] = [
        {
            "@type": "OpeningHoursSpecification",
            "dayOfWeek": f"https://schema.org/{_WEEK[int(day) - 1]}",
            "opens": start,
            "closes": end,
        }
        for day, spans in sorted(hall.hours.items())
        for start, end in spans
    ]
    return {key: value for key, value in told.items() if value}
