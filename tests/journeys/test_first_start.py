"""The first start makes its tables at once; what a city's server migrates step by step must be the same schema."""

import os
import subprocess
import sys

import psycopg
import pytest
from django.conf import settings

from common.launch import server_state
from tests import schema
from tests.journeys.first_start import ROOT, City

pytestmark = pytest.mark.journey

CATALOGUE = {
    "columns": """
        SELECT table_name, column_name, ordinal_position, data_type, character_maximum_length, is_nullable,
               column_default, is_identity, is_generated, generation_expression
          FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'common_cache'""",
    "indexes": "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'common_cache'",
    "constraints": """
        SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), condeferrable, condeferred, convalidated
          FROM pg_constraint
         WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text <> 'common_cache'""",
    "triggers": "SELECT pg_get_triggerdef(oid), tgenabled FROM pg_trigger WHERE NOT tgisinternal",
    "functions": """
        SELECT pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prokind = 'f'""",
    "storage": """
        SELECT relname, attname, attstorage, attcompression, attstattarget, reloptions
          FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
         WHERE relnamespace = 'public'::regnamespace AND attnum > 0 AND relname !~ '^common_cache'""",
    "migrations": "SELECT app, name FROM django_migrations",
    "permissions": """
        SELECT app_label, model, codename, name
          FROM auth_permission JOIN django_content_type ON django_content_type.id = content_type_id""",
}


def test_a_database_made_at_once_is_one_made_step_by_step(city: City) -> None:
    subprocess.run([sys.executable, "-m", "tests.schema"], cwd=ROOT, check=True, env=_as_tests_run())
    stepped = settings.DATABASES["default"] | {"NAME": schema.name()}
    with (
        server_state.load_or_create(city.first).connect() as at_once,
        psycopg.connect(
            host=stepped["HOST"], port=stepped["PORT"], user=stepped["USER"], password=stepped["PASSWORD"],
            dbname=stepped["NAME"],
        ) as by_steps,
    ):  # fmt: skip
        for name, question in CATALOGUE.items():
            one, other = ({repr(row) for row in database.execute(question)} for database in (at_once, by_steps))
            assert one, name
            assert one == other, f"{name}: only at once {one - other}, only by steps {other - one}"


def _as_tests_run() -> dict[str, str]:
    return os.environ | {"DJANGO_SETTINGS_MODULE": "portal.settings.test", "PYTHONPATH": str(ROOT)}
