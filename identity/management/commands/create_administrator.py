"""The first administrator of a fresh installation."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from common.errors import DomainError
from identity.actor import SYSTEM
from identity.models import Account, Department, PostHolding, Region
from identity.staff.actions import accounts, holdings, places

_POST = "系统管理"


class Command(BaseCommand):
    """``create_administrator``: an account, an administrator's post that serves every department, an enrolment code."""

    help = "Make the first administrator (region and department too, if they are new) and print an enrolment code."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add who, and where."""
        parser.add_argument("number", help="staff number to sign in with")
        parser.add_argument("name", help="the person's name")
        parser.add_argument("--department", required=True, metavar="USCC", help="unified social credit code")
        parser.add_argument("--department-name", default="", help="for a department that is not there yet")
        parser.add_argument("--short-name", default="", help="short name of a new department")
        parser.add_argument("--region", default="", metavar="CODE", help="region of a new department, e.g. 511600")
        parser.add_argument("--region-name", default="", help="for a region that is not there yet")
        parser.add_argument("--region-level", type=int, choices=range(1, 6), default=2, help="1 province … 5 village")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make everything or nothing, and print the code."""
        try:
            with transaction.atomic():
                code = self._create(options)
        except DomainError as error:
            details = " ".join(str(text) for text in error.fields.values() if str(text) not in str(error))
            raise CommandError(f"{error} {details}".strip()) from error
        self.stdout.write(f"{options['number']}: {code}")
        self.stdout.write("Good once, for 72 hours, at /account/enrol/.")

    def _create(self, options: dict[str, Any]) -> str:
        department = Department.objects.filter(uscc=options["department"].strip().upper()).first()
        if department is None:
            department = self._department(options)
        post = places.save_post(SYSTEM, department=department, name=_POST)
        places.set_served_departments(SYSTEM, post=post, departments=Department.objects.all())
        account = Account.objects.filter(username=options["number"], is_staff_member=True).first()
        if account is None:
            account = accounts.open_staff_account(
                SYSTEM, staff_number=options["number"], name=options["name"], password=None
            )
        role = PostHolding.Role.ADMINISTRATOR
        if not account.holdings.filter(post=post, role=role, ended_at__isnull=True).exists():
            holdings.assign_post(SYSTEM, account=account, post=post, role=role)
        return accounts.reset_sign_in(SYSTEM, account=account)

    def _department(self, options: dict[str, Any]) -> Department:
        if not (options["department_name"] and options["region"]):
            raise CommandError("A new department needs --department-name and --region.")
        region = Region.objects.filter(code=options["region"]).first()
        if region is None:
            if not options["region_name"]:
                raise CommandError("A new region needs --region-name.")
            region = places.save_region(
                SYSTEM, code=options["region"], name=options["region_name"], level=options["region_level"]
            )
        return places.save_department(
            SYSTEM,
            uscc=options["department"],
            name=options["department_name"],
            short_name=options["short_name"] or options["department_name"][:50],
            region=region,
        )
