"""What was settled stays settled, whoever goes around the operations.

Why:  the moment of a belief is the database's and never the writer's (A5); an old cookie would
      come back with an old epoch (A7); a key that is exchanged in its row needs no ticket (A10);
      nobody lifts the stop of their own ID, and a review names the holder it is about (A12); JSON
      null and {} are no evidence (A14).
Lock: ACCESS EXCLUSIVE for an instant on the tables that get a trigger; SHARE ROW EXCLUSIVE on
      pushes and rotations while the constraints look at the rows.
Back: drops triggers and constraints, the app may delete again; no row is touched.
"""

from django.db import migrations

FORWARD = """
SET CONSTRAINTS ALL IMMEDIATE;
CREATE FUNCTION accounts_learn_term() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    new.known_from := clock_timestamp();
    new.known_tx := pg_current_xact_id();
    RETURN new;
END $$;
CREATE TRIGGER learn BEFORE INSERT ON accounts_appointmentterm
    FOR EACH ROW EXECUTE FUNCTION accounts_learn_term();

CREATE OR REPLACE FUNCTION accounts_remember_term() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
-- not now(): of two writers the later one may have begun first; and a clock that is set back
-- makes no belief end before it began
DECLARE t timestamptz := greatest(clock_timestamp(), old.known_from + interval '1 microsecond');
BEGIN
    IF old.known_tx <> pg_current_xact_id() THEN -- five edits in one transaction leave one belief
        INSERT INTO accounts_appointmentpast
            (appointment_id, person_id, unit_id, title, flags, valid, known)
        VALUES (old.appointment_id, old.person_id, old.unit_id, old.title, old.flags, old.valid,
            tstzrange(old.known_from, t));
    END IF;
    IF tg_op = 'DELETE' THEN RETURN old; END IF;
    new.known_from := t;
    new.known_tx := pg_current_xact_id();
    RETURN new;
END $$;

CREATE FUNCTION accounts_epoch_goes_on() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '利用の世代は戻りません' USING ERRCODE = '23514',
        CONSTRAINT = 'person_epoch_never_goes_back';
END $$;
CREATE TRIGGER epoch_goes_on BEFORE UPDATE OF session_epoch ON accounts_person
    FOR EACH ROW WHEN (new.session_epoch < old.session_epoch)
    EXECUTE FUNCTION accounts_epoch_goes_on();

CREATE FUNCTION accounts_authenticator_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (old.person_id, old.ticket_id, old.kind, old.credential_id, old.public_key, old.bound_at)
        IS DISTINCT FROM
        (new.person_id, new.ticket_id, new.kind, new.credential_id, new.public_key, new.bound_at)
        OR (old.revoked_at IS NOT NULL AND new.revoked_at IS DISTINCT FROM old.revoked_at) THEN
        RAISE EXCEPTION '認証器は替わらず、失効したものは戻りません' USING ERRCODE = '42501';
    END IF;
    RETURN new;
END $$;
CREATE TRIGGER stands BEFORE UPDATE ON accounts_authenticator
    FOR EACH ROW EXECUTE FUNCTION accounts_authenticator_stands();

CREATE FUNCTION accounts_ticket_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (old.person_id, old.kind, old.code_hash, old.issued_at, old.expires_at) IS DISTINCT FROM
        (new.person_id, new.kind, new.code_hash, new.issued_at, new.expires_at)
        OR (old.used_at IS NOT NULL AND new.used_at IS DISTINCT FROM old.used_at)
        OR (old.withdrawn_at IS NOT NULL AND new.withdrawn_at IS DISTINCT FROM old.withdrawn_at)
    THEN
        RAISE EXCEPTION '登録票は替わらず、使ったものは戻りません' USING ERRCODE = '42501';
    END IF;
    RETURN new;
END $$;
CREATE TRIGGER stands BEFORE UPDATE ON accounts_ticket
    FOR EACH ROW EXECUTE FUNCTION accounts_ticket_stands();

CREATE FUNCTION accounts_nobody_lifts_their_own() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF new.lifted_by_id IN (
        SELECT person_id FROM accounts_account WHERE id = new.account_id
        UNION ALL SELECT person_id FROM accounts_authenticator WHERE id = new.authenticator_id
        UNION ALL SELECT person_id FROM grants_grant WHERE id = new.grant_id) THEN
        RAISE EXCEPTION '自分のものの停止は解除できません' USING ERRCODE = '23514',
            CONSTRAINT = 'hold_is_not_lifted_by_whom_it_stops';
    END IF;
    RETURN new;
END $$;
CREATE TRIGGER not_by_oneself BEFORE INSERT OR UPDATE OF lifted_by_id ON accounts_hold
    FOR EACH ROW WHEN (new.lifted_by_id IS NOT NULL)
    EXECUTE FUNCTION accounts_nobody_lifts_their_own();

CREATE FUNCTION accounts_review_names_the_holder() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT person_id FROM accounts_account WHERE id = new.account_id) <> new.holder_id
        OR (new.holder_id IS NULL
            AND (SELECT person_id FROM accounts_account WHERE id = new.account_id) IS NOT NULL)
    THEN
        RAISE EXCEPTION '棚卸の「持つ人」が、アカウントの持つ人と違います' USING ERRCODE = '23514',
            CONSTRAINT = 'review_names_the_holder';
    END IF;
    RETURN new;
END $$;
CREATE TRIGGER names_the_holder BEFORE INSERT OR UPDATE OF account_id, holder_id
    ON accounts_accountreview
    FOR EACH ROW EXECUTE FUNCTION accounts_review_names_the_holder();

ALTER TABLE accounts_push ADD CONSTRAINT push_evidence_says_something
    CHECK (evidence IS NULL OR (jsonb_typeof(evidence) = 'object' AND evidence <> '{}'));
ALTER TABLE accounts_rotation ADD CONSTRAINT rotation_evidence_says_something
    CHECK (evidence IS NULL OR (jsonb_typeof(evidence) = 'object' AND evidence <> '{}'));
REVOKE DELETE, TRUNCATE ON accounts_rotation, accounts_checkout, accounts_accountreview,
    accounts_accountrequest, accounts_batchconfirmation FROM sekisho_app;
"""
BACK = """
GRANT DELETE ON accounts_rotation, accounts_checkout, accounts_accountreview,
    accounts_accountrequest, accounts_batchconfirmation TO sekisho_app;
ALTER TABLE accounts_rotation DROP CONSTRAINT rotation_evidence_says_something;
ALTER TABLE accounts_push DROP CONSTRAINT push_evidence_says_something;
DROP TRIGGER names_the_holder ON accounts_accountreview;
DROP TRIGGER not_by_oneself ON accounts_hold;
DROP TRIGGER stands ON accounts_ticket;
DROP TRIGGER stands ON accounts_authenticator;
DROP TRIGGER epoch_goes_on ON accounts_person;
DROP TRIGGER learn ON accounts_appointmentterm;
DROP FUNCTION accounts_review_names_the_holder(), accounts_nobody_lifts_their_own(),
    accounts_ticket_stands(), accounts_authenticator_stands(), accounts_epoch_goes_on(),
    accounts_learn_term();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0010_authenticators_keep_their_ceremony"),
        ("grants", "0002_a_grant_rests_on_a_post"),
    ]

    operations = [migrations.RunSQL(sql=FORWARD, reverse_sql=BACK)]
