"""The gate before publishing: every check of :mod:`services.lint`; errors refuse, warnings are shown."""

from services.editing.errors import LintRefused
from services.lint.findings import Finding
from services.lint.run import check_version
from services.models import ItemVersion


def pass_gate(version: ItemVersion) -> list[Finding]:
    """Return the findings; raise :class:`LintRefused` with all of them when one is an error."""
    findings = check_version(version)
    if any(finding.is_error for finding in findings):
        raise LintRefused(findings)
    return findings
