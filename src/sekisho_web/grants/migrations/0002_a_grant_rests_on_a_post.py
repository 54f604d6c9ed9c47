"""A grant rests on a post, and never outlives it.

Why:  a right that goes on after the transfer was the second root of the scandal (A3, A4).
Lock: ACCESS EXCLUSIVE on grants_grant while the columns are filled and the index is built.
Back: the columns go; grants stay.
"""

import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.db.models.functions.comparison
from django.db import migrations, models


FILL = """
SET CONSTRAINTS ALL IMMEDIATE;
UPDATE grants_grant g SET (appointment_id, works_for_id) = (
    SELECT a.id, a.works_for_id FROM accounts_appointment a WHERE a.person_id = g.person_id
    ORDER BY a.id DESC LIMIT 1);
"""
FORWARD = """
ALTER TABLE grants_grant
    ALTER COLUMN k SET NOT NULL,
    ADD CONSTRAINT grant_is_of_an_appointment_of_its_person
        FOREIGN KEY (appointment_id, person_id, works_for_id)
        REFERENCES accounts_appointment (id, person_id, works_for_id),
    ADD CONSTRAINT grant_uses_an_account_of_its_person_for_the_same_company
        FOREIGN KEY (account_id, person_id, works_for_id)
        REFERENCES accounts_account (id, person_id, works_for_id),
    ADD CONSTRAINT grant_stays_within_the_post FOREIGN KEY (k, PERIOD valid)
        REFERENCES accounts_appointmentterm (k, PERIOD valid) DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX grant_rests_on_a_post ON grants_grant USING gist (k, valid);
"""
BACK = """
DROP INDEX grant_rests_on_a_post;
ALTER TABLE grants_grant DROP CONSTRAINT grant_stays_within_the_post,
    DROP CONSTRAINT grant_uses_an_account_of_its_person_for_the_same_company,
    DROP CONSTRAINT grant_is_of_an_appointment_of_its_person;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_terms_never_overlap_and_beliefs_are_kept"),
        ("grants", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="grant",
            name="account",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="grants",
                to="accounts.account",
                verbose_name="アカウント",
            ),
        ),
        migrations.AddField(
            model_name="grant",
            name="appointment",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="grants",
                to="accounts.appointment",
                verbose_name="発令",
            ),
        ),
        migrations.AddField(
            model_name="grant",
            name="works_for",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.company",
                verbose_name="従事する会社",
            ),
        ),
        migrations.RunSQL(sql=FILL, reverse_sql=migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="grant",
            name="appointment",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="grants",
                to="accounts.appointment",
                verbose_name="発令",
            ),
        ),
        migrations.AlterField(
            model_name="grant",
            name="works_for",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.company",
                verbose_name="従事する会社",
            ),
        ),
        migrations.AddField(
            model_name="grant",
            name="k",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Func(
                    models.F("appointment"),
                    models.F("appointment"),
                    models.Value("[]"),
                    function="int8range",
                ),
                output_field=django.contrib.postgres.fields.ranges.BigIntegerRangeField(),
            ),
        ),
        migrations.AddField(
            model_name="grant",
            name="valid",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Func(
                    models.F("valid_from"),
                    django.db.models.functions.comparison.Greatest(
                        models.F("valid_from"),
                        django.db.models.functions.comparison.Least(
                            models.F("valid_to"), models.F("revoked_at")
                        ),
                    ),
                    function="tstzrange",
                ),
                output_field=django.contrib.postgres.fields.ranges.DateTimeRangeField(),
            ),
        ),
        migrations.RunSQL(sql=FORWARD, reverse_sql=BACK),
    ]
