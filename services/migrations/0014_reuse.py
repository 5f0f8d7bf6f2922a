"""A material may be in pieces: any of several, or all of them. Rows there are one whole, as they were."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('services', '0013_speedb'),
    ]

    operations = [
        migrations.AddField(
            model_name='materialrequirement',
            name='combination',
            field=models.CharField(choices=[('any', '以下任一'), ('all', '以下全部')], db_default='any', default='any', max_length=3, verbose_name='材料组成'),
        ),
        migrations.AddField(
            model_name='materialrequirement',
            name='pieces',
            field=models.JSONField(db_default=[], default=list, verbose_name='组成部分'),
        ),
    ]
