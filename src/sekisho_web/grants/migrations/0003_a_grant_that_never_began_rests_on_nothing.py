"""A grant that is revoked before it begins leaves no period, and so rests on no post.

Why:  an empty period lies inside no post for the database: a grant of a day to come could not be
      revoked, and a post that ends before it could not be ended.
Lock: ACCESS EXCLUSIVE on grants_grant while the column and its index are written anew.
Back: the old column; refused while a grant was revoked before its beginning.
"""

import django.contrib.postgres.fields.ranges
import django.db.models.functions.comparison
from django.db import migrations, models

FORWARD = """
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE grants_grant ALTER COLUMN valid SET EXPRESSION AS
    (NULLIF(tstzrange(valid_from, GREATEST(valid_from, LEAST(valid_to, revoked_at))), 'empty'));
"""
BACK = """
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE grants_grant ALTER COLUMN valid SET EXPRESSION AS
    (tstzrange(valid_from, GREATEST(valid_from, LEAST(valid_to, revoked_at))));
"""


class Migration(migrations.Migration):
    dependencies = [("grants", "0002_a_grant_rests_on_a_post")]

    operations = [
        migrations.RunSQL(
            sql=FORWARD,
            reverse_sql=BACK,
            state_operations=[
                migrations.AlterField(
                    model_name="grant",
                    name="valid",
                    field=models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.comparison.NullIf(
                            models.Func(
                                models.F("valid_from"),
                                django.db.models.functions.comparison.Greatest(
                                    models.F("valid_from"),
                                    django.db.models.functions.comparison.Least(
                                        models.F("valid_to"), models.F("revoked_at")
                                    ),
                                ),
                                function="tstzrange",
                            ),
                            models.Value("empty"),
                        ),
                        output_field=django.contrib.postgres.fields.ranges.DateTimeRangeField(
                            null=True
                        ),
                    ),
                ),
            ],
        )
    ]
