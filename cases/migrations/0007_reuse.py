"""A case's material may be one piece of several; what was passed over stays with it.

The new index is built beside the table's traffic, and the old one goes only when the new one holds.
"""

from django.db import migrations, models

_BUILD = """
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS case_material_piece_once
    ON cases_casematerial (case_id, requirement_id, piece)
"""
_TAKE = """
ALTER TABLE cases_casematerial ADD CONSTRAINT case_material_piece_once UNIQUE USING INDEX case_material_piece_once
"""
_DROP = "ALTER TABLE cases_casematerial DROP CONSTRAINT IF EXISTS case_material_piece_once"


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('cases', '0006_locker2'),
        ('services', '0014_reuse'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='casematerial',
            options={'ordering': ['requirement__order', 'id']},
        ),
        migrations.AddField(
            model_name='casematerial',
            name='piece',
            field=models.CharField(blank=True, db_default='', default='', max_length=40),
        ),
        migrations.AddField(
            model_name='casematerial',
            name='passed_over',
            field=models.JSONField(db_default=[], default=list),
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(_BUILD, migrations.RunSQL.noop),
                migrations.RunSQL(_TAKE, _DROP),
            ],
            state_operations=[
                migrations.AddConstraint(
                    model_name='casematerial',
                    constraint=models.UniqueConstraint(fields=('case', 'requirement', 'piece'), name='case_material_piece_once'),
                ),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='casematerial',
            name='case_material_once',
        ),
    ]
