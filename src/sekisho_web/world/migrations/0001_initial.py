from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="LoadedWorld",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.CharField(max_length=64, unique=True, verbose_name="要約")),
                ("loaded_at", models.DateTimeField(verbose_name="取込")),
            ],
            options={
                "verbose_name": "架空の世界",
                "verbose_name_plural": "架空の世界",
            },
        ),
    ]
