"""The sessions whose keys stood in the table are deleted: nothing opens them any more.

Why:  a row that no cookie fits would stand in the list of sessions until its end.
Lock: none beyond the rows.
Back: nothing comes back; people sign in anew.
"""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0007_sign_ins_stay_when_sessions_are_gone")]

    operations = [
        migrations.RunSQL(
            sql="DELETE FROM accounts_session", reverse_sql="DELETE FROM accounts_session"
        )
    ]
