"""The history of a case is append-only."""

from django.db import migrations

FORWARD = """
CREATE TRIGGER case_history_no_change BEFORE UPDATE OR DELETE ON cases_caseevent
    FOR EACH ROW EXECUTE FUNCTION onestop_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial"), ("common", "0002_audit_append_only")]
    operations = [
        migrations.RunSQL(FORWARD, "DROP TRIGGER case_history_no_change ON cases_caseevent;")
    ]
