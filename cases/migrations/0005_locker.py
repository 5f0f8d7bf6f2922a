"""A flag stands for a certificate or for a document whose comparison is disputed."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0004_privacy'),
        ('certificates', '0004_proof'),
    ]

    operations = [
        migrations.AddField(
            model_name='flag',
            name='document',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='flags', to='certificates.document'),
        ),
        migrations.AlterField(
            model_name='flag',
            name='certificate',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='flags', to='certificates.certificate'),
        ),
        migrations.AddConstraint(
            model_name='flag',
            constraint=models.UniqueConstraint(condition=models.Q(('resolved_at__isnull', True)), fields=('case', 'document'), name='one_open_document_flag'),
        ),
        migrations.AddConstraint(
            model_name='flag',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('certificate__isnull', False), ('document__isnull', True)), models.Q(('certificate__isnull', True), ('document__isnull', False)), _connector='OR'), name='flag_one_proof'),
        ),
    ]
