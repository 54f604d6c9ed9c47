"""No second factor without a ticket: the database itself refuses one, whoever goes around.

Why:  who knows a password could otherwise add a key of their own (A10). One-time codes and
      recovery codes are no factor of this product any more; keys without a ticket never were one.
Lock: SHARE ROW EXCLUSIVE on three small tables for an instant.
Back: drops the triggers. The factors that went do not come back: their holders ask
      for a ticket.
"""

from django.db import migrations, models

FORWARD = """
-- the factors of before: nobody gave their holders a ticket for them
DELETE FROM mfa_authenticator;

CREATE FUNCTION accounts_authenticator_has_its_ticket() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM accounts_ticket t WHERE t.id = new.ticket_id
            AND t.person_id = new.person_id AND t.withdrawn_at IS NULL
            AND t.used_at = new.bound_at AND new.bound_at < t.expires_at) THEN
        RAISE EXCEPTION '使える登録票がないため、認証器を登録できません' USING ERRCODE = '23514',
            CONSTRAINT = 'authenticator_is_bound_by_a_good_ticket';
    END IF;
    RETURN new;
END $$;
CREATE TRIGGER has_its_ticket BEFORE INSERT ON accounts_authenticator
    FOR EACH ROW EXECUTE FUNCTION accounts_authenticator_has_its_ticket();

-- the credential id as the sign-in library keeps it: base64url without padding, in JSON
CREATE FUNCTION accounts_credential(data jsonb) RETURNS bytea LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE said text := translate(data #>> '{credential,id}', '-_', '+/');
BEGIN
    RETURN decode(rpad(said, (length(said) + 3) / 4 * 4, '='), 'base64');
EXCEPTION WHEN invalid_parameter_value THEN
    RETURN NULL;
END $$;
GRANT EXECUTE ON FUNCTION accounts_credential(jsonb) TO sekisho_app;

CREATE FUNCTION accounts_authenticator_keeps_its_evidence() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (old.aaguid, old.attestation, old.backup_eligible, old.ceremony, old.expires_at)
        IS DISTINCT FROM
        (new.aaguid, new.attestation, new.backup_eligible, new.ceremony, new.expires_at)
        OR new.sign_count < old.sign_count THEN
        RAISE EXCEPTION '認証器の証明は替わらず、署名の回数は戻りません' USING ERRCODE = '42501';
    END IF;
    IF new.revoked_at IS NOT NULL AND EXISTS (SELECT FROM mfa_authenticator m
            WHERE accounts_credential(m.data) = new.credential_id) THEN
        RAISE EXCEPTION '失効した認証器が、入口に残っています' USING ERRCODE = '23514',
            CONSTRAINT = 'authenticator_that_is_revoked_opens_nothing';
    END IF;
    RETURN new;
END $$;
CREATE TRIGGER keeps_its_evidence BEFORE UPDATE ON accounts_authenticator
    FOR EACH ROW EXECUTE FUNCTION accounts_authenticator_keeps_its_evidence();

CREATE FUNCTION accounts_factor_is_bound() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF new.type <> 'webauthn' OR NOT EXISTS (SELECT FROM accounts_authenticator a
            WHERE a.person_id = new.user_id AND a.kind = 'passkey' AND a.revoked_at IS NULL
            AND a.credential_id = accounts_credential(new.data)) THEN
        RAISE EXCEPTION '登録票で登録していない認証器は、入口に置けません' USING ERRCODE = '23514',
            CONSTRAINT = 'factor_is_a_bound_authenticator';
    END IF;
    RETURN new;
END $$;
CREATE TRIGGER is_bound BEFORE INSERT OR UPDATE ON mfa_authenticator
    FOR EACH ROW EXECUTE FUNCTION accounts_factor_is_bound();

CREATE TRIGGER issuer_stands BEFORE UPDATE OF issued_by_id, checked ON accounts_ticket
    FOR EACH ROW WHEN ((old.issued_by_id, old.checked) IS DISTINCT FROM
        (new.issued_by_id, new.checked))
    EXECUTE FUNCTION accounts_stays_as_it_is();
"""
BACK = """
DROP TRIGGER issuer_stands ON accounts_ticket;
DROP TRIGGER is_bound ON mfa_authenticator;
DROP TRIGGER keeps_its_evidence ON accounts_authenticator;
DROP TRIGGER has_its_ticket ON accounts_authenticator;
DROP FUNCTION accounts_factor_is_bound(), accounts_authenticator_keeps_its_evidence(),
    accounts_credential(jsonb), accounts_authenticator_has_its_ticket();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0011_what_was_settled_stays_settled"),
        ("mfa", "0003_authenticator_type_uniq"),
    ]

    operations = [
        migrations.AlterField(
            model_name="signin",
            name="ended_because",
            field=models.CharField(
                blank=True,
                choices=[
                    ("signed_out", "サインアウト"),
                    ("elsewhere", "ほかの場所で新しく入った"),
                    ("stopped", "停止"),
                    ("ended", "担当者が終わらせた"),
                    ("idle", "使われないまま時間が過ぎた"),
                    ("longest", "使える時間の終わり"),
                    ("terminal", "端末が変わった"),
                    ("password", "パスワードを変えた"),
                    ("factor", "認証器が変わった"),
                ],
                max_length=16,
                verbose_name="終わりの理由",
            ),
        ),
        migrations.RunSQL(FORWARD, BACK),
    ]
