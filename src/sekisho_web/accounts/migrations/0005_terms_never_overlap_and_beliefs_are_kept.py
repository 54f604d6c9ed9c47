"""The keys that Django cannot say: periods that never overlap, beliefs that are never lost.

Why:  A1 to A5, A13 and A16 hold in the database, whoever goes around the operations.
Lock: ACCESS EXCLUSIVE on the new tables while their indexes are built.
Back: drops keys, triggers and functions; no row is touched.

There is no btree_gist in the embedded server: a scalar key stands as a range of one value (k).
Every table that rests on a post has an index on (k, valid): without it, to end 5,000 posts takes
twenty times as long.
"""

from django.db import migrations

FORWARD = """
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE accounts_appointmentterm
    ADD COLUMN known_tx xid8 NOT NULL DEFAULT pg_current_xact_id(),
    ADD COLUMN person_key int8range GENERATED ALWAYS AS (int8range(person_id, person_id, '[]')) STORED NOT NULL,
    ADD COLUMN unit_key int8range GENERATED ALWAYS AS (int8range(unit_id, unit_id, '[]')) STORED NOT NULL,
    ALTER COLUMN k SET NOT NULL,
    ADD CONSTRAINT term_has_a_beginning CHECK (NOT isempty(valid) AND NOT lower_inf(valid)),
    ADD CONSTRAINT terms_of_one_appointment_never_overlap UNIQUE (k, valid WITHOUT OVERLAPS),
    ADD CONSTRAINT posts_in_one_unit_never_overlap EXCLUDE USING gist
        (person_key WITH &&, unit_key WITH &&, valid WITH &&),
    ADD CONSTRAINT term_is_of_the_person_of_its_appointment
        FOREIGN KEY (appointment_id, person_id) REFERENCES accounts_appointment (id, person_id);
ALTER TABLE accounts_appointmentpast
    ALTER COLUMN k SET NOT NULL,
    ADD CONSTRAINT past_was_known_for_a_time CHECK (NOT isempty(known) AND NOT upper_inf(known)),
    ADD CONSTRAINT beliefs_never_overlap
        EXCLUDE USING gist (k WITH &&, valid WITH &&, known WITH &&);
ALTER TABLE accounts_officer
    ALTER COLUMN k SET NOT NULL,
    ADD CONSTRAINT officer_has_a_beginning CHECK (NOT isempty(valid) AND NOT lower_inf(valid)),
    ADD CONSTRAINT officer_stays_within_the_post FOREIGN KEY (k, PERIOD valid)
        REFERENCES accounts_appointmentterm (k, PERIOD valid) DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX officer_rests_on_a_post ON accounts_officer USING gist (k, valid);
ALTER TABLE accounts_checkout
    ALTER COLUMN k SET NOT NULL,
    ADD CONSTRAINT checkout_is_short CHECK (NOT isempty(held) AND NOT lower_inf(held)
        AND NOT upper_inf(held) AND upper(held) - lower(held) <= interval '12 hours'),
    ADD CONSTRAINT checkout_has_one_holder_at_a_time EXCLUDE USING gist (k WITH &&, held WITH &&);
ALTER TABLE accounts_account
    ADD CONSTRAINT account_is_shared_for_a_year_at_most
        CHECK (kind <> 'shared' OR ends_at - registered_at <= interval '366 days'),
    ADD CONSTRAINT account_rests_on_an_appointment_of_its_person
        FOREIGN KEY (appointment_id, person_id, works_for_id)
        REFERENCES accounts_appointment (id, person_id, works_for_id);
ALTER TABLE accounts_accountrequest
    ADD CONSTRAINT request_rests_on_an_appointment_of_its_person
        FOREIGN KEY (appointment_id, person_id, works_for_id)
        REFERENCES accounts_appointment (id, person_id, works_for_id);
ALTER TABLE accounts_authenticator
    ADD CONSTRAINT authenticator_is_bound_by_a_ticket_of_its_person
        FOREIGN KEY (ticket_id, person_id) REFERENCES accounts_ticket (id, person_id);
ALTER TABLE accounts_accountreview
    ADD CONSTRAINT review_keeps_for_half_a_year_at_most
        CHECK (keep_until IS NULL OR keep_until - answered_at <= interval '184 days');
-- a feed speaks of its own company only (A16)
ALTER TABLE accounts_feedbatch ADD CONSTRAINT batch_is_of_the_company_of_its_feed
    FOREIGN KEY (feed_id, company_id) REFERENCES accounts_feed (id, company_id);
ALTER TABLE accounts_orderline ADD CONSTRAINT line_is_of_the_company_of_its_batch
    FOREIGN KEY (batch_id, company_id) REFERENCES accounts_feedbatch (id, company_id);
ALTER TABLE accounts_appointment ADD CONSTRAINT appointment_is_of_the_company_of_its_feed
    FOREIGN KEY (feed_id, employer_id) REFERENCES accounts_feed (id, company_id);

CREATE FUNCTION accounts_remember_term() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE t timestamptz := clock_timestamp(); -- not now(): of two writers the later one may have begun first
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
CREATE TRIGGER remember BEFORE UPDATE OR DELETE ON accounts_appointmentterm
    FOR EACH ROW EXECUTE FUNCTION accounts_remember_term();

CREATE FUNCTION accounts_stays_as_it_is() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%: この行は変えられず、消せません', tg_table_name USING ERRCODE = '42501';
END $$;
CREATE TRIGGER stands BEFORE UPDATE OR DELETE ON accounts_appointmentpast
    FOR EACH ROW EXECUTE FUNCTION accounts_stays_as_it_is();
CREATE TRIGGER stands BEFORE UPDATE OR DELETE ON accounts_appointment
    FOR EACH ROW EXECUTE FUNCTION accounts_stays_as_it_is();
CREATE TRIGGER stands BEFORE UPDATE OR DELETE ON accounts_orderline
    FOR EACH ROW EXECUTE FUNCTION accounts_stays_as_it_is();
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON accounts_appointmentpast FROM sekisho_app;
REVOKE UPDATE, DELETE, TRUNCATE ON accounts_appointment, accounts_orderline FROM sekisho_app;
REVOKE DELETE, TRUNCATE ON accounts_hold, accounts_account, accounts_authenticator, accounts_push,
    accounts_movement, accounts_feedbatch, accounts_ticket FROM sekisho_app;

CREATE FUNCTION accounts_hold_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF old.ends_at IS NOT NULL OR (old.person_id, old.account_id, old.authenticator_id, old.device_id,
        old.grant_id, old.reason, old.starts_at) IS DISTINCT FROM (new.person_id, new.account_id,
        new.authenticator_id, new.device_id, new.grant_id, new.reason, new.starts_at) THEN
        RAISE EXCEPTION '停止は、解除のほかに変えられません' USING ERRCODE = '42501';
    END IF;
    RETURN new;
END $$;
CREATE TRIGGER stands BEFORE UPDATE ON accounts_hold
    FOR EACH ROW EXECUTE FUNCTION accounts_hold_stands();

CREATE FUNCTION accounts_account_stays_closed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF old.closed_at IS NOT NULL AND new.closed_at IS DISTINCT FROM old.closed_at
        OR (old.system, old.code, old.kind) IS DISTINCT FROM (new.system, new.code, new.kind)
        OR (old.person_id IS NOT NULL AND (old.person_id, old.works_for_id)
            IS DISTINCT FROM (new.person_id, new.works_for_id)) THEN
        RAISE EXCEPTION '廃止したアカウントは戻らず、持つ人は替わりません' USING ERRCODE = '42501';
    END IF;
    RETURN new;
END $$;
CREATE TRIGGER stays BEFORE UPDATE ON accounts_account
    FOR EACH ROW EXECUTE FUNCTION accounts_account_stays_closed();

CREATE FUNCTION accounts_unit_no_circle() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (WITH RECURSIVE above(id) AS (
            SELECT new.parent_id UNION SELECT u.parent_id FROM accounts_unit u JOIN above USING (id)
            WHERE u.parent_id IS NOT NULL)
        SELECT FROM above WHERE id = new.id) THEN
        RAISE EXCEPTION '組織の上下が輪になります' USING ERRCODE = '23514',
            CONSTRAINT = 'unit_is_not_above_itself';
    END IF;
    RETURN new;
END $$;
CREATE TRIGGER no_circle AFTER INSERT OR UPDATE OF parent_id ON accounts_unit
    FOR EACH ROW WHEN (new.parent_id IS NOT NULL) EXECUTE FUNCTION accounts_unit_no_circle();
"""
BACK = """
DROP TRIGGER no_circle ON accounts_unit;
DROP TRIGGER stays ON accounts_account;
DROP TRIGGER stands ON accounts_hold;
DROP TRIGGER stands ON accounts_orderline;
DROP TRIGGER stands ON accounts_appointment;
DROP TRIGGER stands ON accounts_appointmentpast;
DROP TRIGGER remember ON accounts_appointmentterm;
DROP FUNCTION accounts_unit_no_circle(), accounts_account_stays_closed(), accounts_hold_stands(),
    accounts_stays_as_it_is(), accounts_remember_term();
ALTER TABLE accounts_appointment DROP CONSTRAINT appointment_is_of_the_company_of_its_feed;
ALTER TABLE accounts_orderline DROP CONSTRAINT line_is_of_the_company_of_its_batch;
ALTER TABLE accounts_feedbatch DROP CONSTRAINT batch_is_of_the_company_of_its_feed;
ALTER TABLE accounts_accountreview DROP CONSTRAINT review_keeps_for_half_a_year_at_most;
ALTER TABLE accounts_authenticator DROP CONSTRAINT authenticator_is_bound_by_a_ticket_of_its_person;
ALTER TABLE accounts_accountrequest DROP CONSTRAINT request_rests_on_an_appointment_of_its_person;
ALTER TABLE accounts_account DROP CONSTRAINT account_rests_on_an_appointment_of_its_person,
    DROP CONSTRAINT account_is_shared_for_a_year_at_most;
ALTER TABLE accounts_checkout DROP CONSTRAINT checkout_has_one_holder_at_a_time,
    DROP CONSTRAINT checkout_is_short;
DROP INDEX officer_rests_on_a_post;
ALTER TABLE accounts_officer DROP CONSTRAINT officer_stays_within_the_post,
    DROP CONSTRAINT officer_has_a_beginning;
ALTER TABLE accounts_appointmentpast DROP CONSTRAINT beliefs_never_overlap,
    DROP CONSTRAINT past_was_known_for_a_time;
ALTER TABLE accounts_appointmentterm
    DROP CONSTRAINT term_is_of_the_person_of_its_appointment,
    DROP CONSTRAINT posts_in_one_unit_never_overlap,
    DROP CONSTRAINT terms_of_one_appointment_never_overlap,
    DROP CONSTRAINT term_has_a_beginning,
    DROP COLUMN unit_key, DROP COLUMN person_key, DROP COLUMN known_tx;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_people_have_appointments_and_ids_stand_in_systems")]

    operations = [migrations.RunSQL(sql=FORWARD, reverse_sql=BACK)]
