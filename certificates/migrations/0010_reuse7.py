"""What somebody holds is read from an index alone; it takes the place of two others. Built beside running work."""

import django.db.models.deletion
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models

# The foreign key's own index. Altering the field would drop the constraint and check every row for it again.
DROP = "DROP INDEX CONCURRENTLY IF EXISTS certificates_certificate_holder_id_1b08290c"
CREATE = "CREATE INDEX CONCURRENTLY certificates_certificate_holder_id_1b08290c ON certificates_certificate (holder_id)"


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('certificates', '0009_types'),
        ('identity', '0012_forms'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='certificate',
            index=models.Index(fields=['holder', 'type', 'state'], include=('id', 'issuer', 'issued_on', 'valid_from', 'valid_until'), name='certificate_held'),
        ),
        RemoveIndexConcurrently(
            model_name='certificate',
            name='certificate_holder',
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(DROP, CREATE)],
            state_operations=[
                migrations.AlterField(
                    model_name='certificate',
                    name='holder',
                    field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='certificates', to='identity.party'),
                ),
            ],
        ),
    ]
