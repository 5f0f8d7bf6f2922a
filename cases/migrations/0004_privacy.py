"""The history stays append-only; its encrypted columns may be brought to a new key."""

from django.db import migrations

FORWARD = """
DROP TRIGGER case_history_no_change ON cases_caseevent;
CREATE TRIGGER case_history_no_change BEFORE UPDATE ON cases_caseevent
    FOR EACH ROW EXECUTE FUNCTION onestop_allow_only_rotation('actor_label', 'note');
CREATE TRIGGER case_history_no_delete BEFORE DELETE ON cases_caseevent
    FOR EACH ROW EXECUTE FUNCTION onestop_refuse_change();
"""
BACKWARD = """
DROP TRIGGER case_history_no_delete ON cases_caseevent;
DROP TRIGGER case_history_no_change ON cases_caseevent;
CREATE TRIGGER case_history_no_change BEFORE UPDATE OR DELETE ON cases_caseevent
    FOR EACH ROW EXECUTE FUNCTION onestop_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0003_indexes"), ("common", "0003_privacy")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
