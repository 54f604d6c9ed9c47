"""A person has one post in one unit at a time.

Why:  two rows for the same time would be two truths about one appointment.
Lock: ACCESS EXCLUSIVE on accounts_post while the index is built.
Back: drops constraint and columns; no post is touched.

There is no btree_gist in the embedded server: a scalar key stands as a range of one value.
"""

from django.db import migrations

FORWARD = """
ALTER TABLE accounts_post
    ADD COLUMN person_key int8range
        GENERATED ALWAYS AS (int8range(person_id, person_id, '[]')) STORED NOT NULL,
    ADD COLUMN unit_key int8range
        GENERATED ALWAYS AS (int8range(unit_id, unit_id, '[]')) STORED NOT NULL,
    ADD CONSTRAINT posts_in_one_unit_never_overlap EXCLUDE USING gist
        (person_key WITH &&, unit_key WITH &&, tstzrange(valid_from, valid_to) WITH &&);
"""
BACK = """
ALTER TABLE accounts_post DROP CONSTRAINT posts_in_one_unit_never_overlap,
    DROP COLUMN person_key, DROP COLUMN unit_key;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_attempts_are_counted_in_the_database")]

    operations = [migrations.RunSQL(sql=FORWARD, reverse_sql=BACK)]
