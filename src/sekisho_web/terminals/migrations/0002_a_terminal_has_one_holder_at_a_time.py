"""A terminal is lent to one helper at a time.

Why:  a look from a lent terminal must have one holder.
Lock: ACCESS EXCLUSIVE on terminals_loan while the index is built.
Back: drops constraint and column; no loan is touched.
"""

from django.db import migrations

FORWARD = """
ALTER TABLE terminals_loan
    ADD COLUMN device_key int8range
        GENERATED ALWAYS AS (int8range(device_id, device_id, '[]')) STORED NOT NULL,
    ADD CONSTRAINT a_terminal_has_one_holder_at_a_time EXCLUDE USING gist
        (device_key WITH &&, tstzrange(starts_at, ends_at) WITH &&);
"""
BACK = """
ALTER TABLE terminals_loan DROP CONSTRAINT a_terminal_has_one_holder_at_a_time,
    DROP COLUMN device_key;
"""


class Migration(migrations.Migration):
    dependencies = [("terminals", "0001_initial")]

    operations = [migrations.RunSQL(sql=FORWARD, reverse_sql=BACK)]
