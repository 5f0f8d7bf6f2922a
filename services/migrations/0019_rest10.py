"""An item says how long the files of its cases are kept."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('services', '0018_once'),
    ]

    operations = [
        migrations.AddField(
            model_name='itemversion',
            name='retention',
            field=models.CharField(blank=True, choices=[('Y', '永久'), ('D30', '30年'), ('D10', '10年')], db_default='', default='', max_length=3),
        ),
    ]
