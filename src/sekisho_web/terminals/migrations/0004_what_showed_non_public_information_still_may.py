"""What the terminals of the network company showed until now, they may show: the register says so.

Why:  from now on a terminal shows non-public information only where the register lets it.
Lock: row locks on terminals_device; no retailer's and no ministry's terminal is among them.
Back: nothing: the column goes with the migration before.
"""

from django.db import migrations

FORWARD = """
UPDATE terminals_device SET can_show_non_public = true
    WHERE terminal_class IN ('network', 'contractor', 'lent');
UPDATE terminals_device SET kind = 'emergency' WHERE terminal_class = 'lent';
UPDATE terminals_device SET kind = 'contractor' WHERE terminal_class = 'contractor';
"""


class Migration(migrations.Migration):
    dependencies = [("terminals", "0003_a_terminal_that_is_out_is_out_until_it_is_back")]

    operations = [migrations.RunSQL(sql=FORWARD, reverse_sql=migrations.RunSQL.noop)]
