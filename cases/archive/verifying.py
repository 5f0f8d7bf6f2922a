"""Whether a package is what was sealed. It reads a stranger's file: no database, no network, nothing is unpacked."""

import hashlib
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO, Any, NoReturn

from asn1crypto import x509
from django.utils.translation import gettext as _

from cases.archive.package import AUDIT, FIRST_LINK, FORMAT, FORMAT_VERSION, MANIFEST, SIGNATURE, link
from certificates.signing.detached import check_detached
from certificates.signing.keystore import SealSigner
from certificates.signing.pades import (
    CHANGED,
    FILE_UNREADABLE,
    NOT_TRUSTED,
    SIGNATURE_BROKEN,
    SIGNER_EXPIRED,
    TIMESTAMP_BROKEN,
    TIMESTAMP_NOT_TRUSTED,
    check_pdf,
)
from certificates.signing.sm2 import Sm2Seal

_MOST_PARTS = 2000
_MOST_BYTES = 2 * 2**30
_MOST_JSON = 64 * 2**20
_CHUNK = 2**20


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: a stable code, and words that name the part."""

    code: str
    text: str


@dataclass(slots=True)
class Report:
    """What a check found; no problem means that the file is what was sealed, by a key that leads to our roots."""

    problems: list[Problem] = field(default_factory=list)
    number: str = ""
    case_number: str = ""
    parts: int = 0
    signer: str = ""
    stamped_at: datetime | None = None

    @property
    def is_good(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems

    def add(self, code: str, text: str) -> None:
        """Note a problem."""
        self.problems.append(Problem(code, text))


class _Unusable(Exception):
    """There is no point in reading on; the problem is in the report."""


def verify(file: IO[bytes], *, roots: Sequence[x509.Certificate]) -> Report:
    """Check every hash, the signature, the chain of the audit extract and the seals of the documents in a package.

    Never raises for what the file contains: a damaged or hostile file is a report with problems.
    """
    report = Report()
    try:
        with zipfile.ZipFile(file) as archive:
            _verify(archive, report, roots)
    except _Unusable:
        pass
    except (zipfile.BadZipFile, OSError, EOFError, ValueError, NotImplementedError, RuntimeError, RecursionError):
        report.add("archive.file_unreadable", _("文件已经损坏，或者不是档案包，读不出来。"))
    return report


def _verify(archive: zipfile.ZipFile, report: Report, roots: Sequence[x509.Certificate]) -> None:
    _check_entries(archive, report)
    raw = _content(archive, MANIFEST, report)
    manifest = _json(raw, MANIFEST, report)
    stated = _stated_parts(manifest, report)
    _check_signature(raw, _content(archive, SIGNATURE, report), report, roots)
    report.parts = len(stated)
    there = set(archive.namelist()) - {MANIFEST, SIGNATURE}
    for name in sorted(there - set(stated)):
        report.add("archive.part_added", _("多了一个部分：%(name)s，封存时没有它。") % {"name": name})
    for name, part in stated.items():
        if name not in there:
            report.add(
                "archive.part_missing", _("缺少“%(title)s”（%(name)s）。") % {"title": part["title"], "name": name}
            )
        else:
            _check_part(archive, name, part, report, roots)
    if AUDIT in there and AUDIT in stated:
        _check_chain(_json(_content(archive, AUDIT, report), AUDIT, report), manifest, report)


def _check_entries(archive: zipfile.ZipFile, report: Report) -> None:
    """Refuse what no package of ours is: too much, packed content (a bomb), names that lead out of it, or twice."""
    entries = archive.infolist()
    if len(entries) > _MOST_PARTS or sum(entry.file_size for entry in entries) > _MOST_BYTES:
        _stop(report, "archive.too_large", _("文件太多或者太大，不是档案包。"))
    seen: set[str] = set()
    for entry in entries:
        name = entry.filename
        if name.startswith("/") or "\\" in name or ":" in name or not name.isprintable() or ".." in name.split("/"):
            _stop(
                report,
                "archive.name_unsafe",
                _("文件名“%(name)s”指向档案包外面，没有再往下读。") % {"name": ascii(name)[:80]},
            )
        if name.lower() in seen:
            _stop(report, "archive.name_twice", _("“%(name)s”在里面出现了两次，没有再往下读。") % {"name": name[:80]})
        seen.add(name.lower())
        if entry.compress_type != zipfile.ZIP_STORED or entry.flag_bits & 1 or entry.file_size != entry.compress_size:
            _stop(
                report,
                "archive.packed",
                _("“%(name)s”是压缩或者加密的，档案包不会这样，没有再往下读。") % {"name": name[:80]},
            )


def _stop(report: Report, code: str, text: str) -> NoReturn:
    report.add(code, text)
    raise _Unusable


def _content(archive: zipfile.ZipFile, name: str, report: Report) -> bytes:
    try:
        entry = archive.getinfo(name)
    except KeyError:
        _stop(report, "archive.part_missing", _("缺少 %(name)s，不能核验。") % {"name": name})
    if entry.file_size > _MOST_JSON:
        _stop(report, "archive.too_large", _("%(name)s 太大，不能核验。") % {"name": name})
    try:
        return archive.read(name)
    except zipfile.BadZipFile:
        _stop(report, "archive.part_changed", _("%(name)s 已经损坏，和封存时不一样。") % {"name": name})


def _json(raw: bytes, name: str, report: Report) -> Any:
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        _stop(report, "archive.manifest_unreadable", _("%(name)s 的内容读不懂。") % {"name": name})


def _stated_parts(manifest: Any, report: Report) -> dict[str, dict[str, Any]]:
    """The parts that the manifest names, by name; anything that is no manifest ends the check."""
    try:
        if (manifest["format"], manifest["format_version"]) != (FORMAT, FORMAT_VERSION):
            raise ValueError
        report.number, report.case_number = str(manifest["archive"]["number"]), str(manifest["case"]["number"])
        parts = {
            str(one["name"]): {
                "title": str(one["title"]),
                "sha256": str(one["sha256"]),
                "size": int(one["size"]),
                "sealed": bool(one["sealed"]),
            }
            for one in manifest["parts"]
        }
        if len(parts) != len(manifest["parts"]):
            raise ValueError
        int(manifest["audit"]["rows"])
    except (KeyError, TypeError, ValueError):
        _stop(report, "archive.manifest_unreadable", _("清单（manifest.json）不是本系统档案包的格式。"))
    return parts


def _check_signature(raw: bytes, signature: bytes, report: Report, roots: Sequence[x509.Certificate]) -> None:
    found = check_detached(raw, signature, roots=roots)
    report.signer, report.stamped_at = found.signer_name, found.stamped_at
    words = {
        FILE_UNREADABLE: _("清单的签名读不出来。"),
        CHANGED: _("清单（manifest.json）在签名以后被改过。"),
        SIGNATURE_BROKEN: _("清单的签名是假的：和签名人的证书对不上。"),
        NOT_TRUSTED: _("清单是用别的密钥签的：“%(name)s”的证书不是本系统信任的机构发的。")
        % {"name": found.signer_name},
        SIGNER_EXPIRED: _("签名时，签名人的证书已经过期。"),
        TIMESTAMP_BROKEN: _("签名的时间戳是假的。"),
        TIMESTAMP_NOT_TRUSTED: _("签名的时间戳不是本系统信任的机构盖的。"),
    }
    for code in found.problems:
        report.add(code, words[code])


def _check_part(
    archive: zipfile.ZipFile,
    name: str,
    part: Mapping[str, Any],
    report: Report,
    roots: Sequence[x509.Certificate],
) -> None:
    digest, content = hashlib.sha256(), bytearray()
    try:
        with archive.open(name) as stored:
            while chunk := stored.read(_CHUNK):
                digest.update(chunk)
                if part["sealed"]:
                    content += chunk
    except zipfile.BadZipFile:  # its CRC does not fit, or its header was changed
        digest = hashlib.sha256(b"damaged")
    if digest.hexdigest() != part["sha256"] or archive.getinfo(name).file_size != part["size"]:
        report.add(
            "archive.part_changed",
            _("“%(title)s”（%(name)s）和封存时不一样。") % {"title": part["title"], "name": name},
        )
    elif part["sealed"] and not check_pdf(bytes(content), keystore=_Roots(roots)).intact:
        report.add(
            "archive.seal_broken",
            _("“%(title)s”（%(name)s）自己的电子印章无效。") % {"title": part["title"], "name": name},
        )


def _check_chain(rows: Any, manifest: Mapping[str, Any], report: Report) -> None:
    last = FIRST_LINK
    try:
        for number, row in enumerate(rows, start=1):
            plain = {key: value for key, value in row.items() if key != "link"}
            last = link(last, plain)
            if last != row["link"]:
                report.add("archive.chain_broken", _("审计记录第 %(number)s 条和它前面的接不上。") % {"number": number})
                return
        if (len(rows), last) != (manifest["audit"]["rows"], manifest["audit"]["head"]):
            report.add("archive.chain_broken", _("审计记录的条数或者末尾和清单不一致。"))
    except (KeyError, TypeError, AttributeError):
        report.add("archive.chain_broken", _("审计记录不是本系统的格式。"))


@dataclass(frozen=True, slots=True)
class _Roots:
    """A key store that has roots and no key."""

    roots: Sequence[x509.Certificate]

    def signer(self, seal_code: str) -> SealSigner:
        """It signs nothing."""
        raise NotImplementedError

    def sm2_signer(self, seal_code: str) -> Sm2Seal:
        """It signs nothing."""
        raise NotImplementedError

    def trust_roots(self) -> tuple[x509.Certificate, ...]:
        """The roots that were given."""
        return tuple(self.roots)

    def sm2_roots(self) -> tuple[x509.Certificate, ...]:
        """None: packages are signed in the other suite."""
        return ()
