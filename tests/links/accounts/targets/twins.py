"""Targets that are broken on purpose. The same tests that hold for ours must catch each."""

from ldap3 import MODIFY_REPLACE

from sekisho.accounts.wanted import ABSENT, Verification
from sekisho_links.accounts.targets import directory, ldap, scim
from sekisho_links.accounts.targets.active_directory import ACCOUNTDISABLE, ActiveDirectory


class BelievesTheFlag(ldap.OpenLdap):
    """Reads the lock back, and looks no further."""

    def verify(self, ext_id, wanted):
        with self._directory.connected() as connection:
            entry = self._directory.entry(connection, ext_id, ldap.NAMES)
        locked = entry.first(ldap.LOCK) == ldap.LOCKED
        return Verification(
            ok=locked, evidence={"locked": locked}, why="" if locked else "開いている"
        )


class LocksFirst(ldap.OpenLdap):
    """Locks, and then replaces the secret, which lifts the lock."""

    def _stop(self, connection, entry):
        lock = {ldap.LOCK: [(MODIFY_REPLACE, [ldap.LOCKED])]}
        self._directory.write(connection, entry.dn, lock)
        secret = directory.new_secret()
        return secret, ldap._look(self._replace_secret(connection, entry, secret))


class TakesWhatItDoesNotSeeForAbsent(ldap.OpenLdap):
    """Looks for the account with its own filter, and asks nothing else."""

    def verify(self, ext_id, wanted):
        with self._directory.connected() as connection:
            which = f"(&{self._directory._which}(uid={ext_id}))"
            gone = not list(self._directory.search(connection, which, ["1.1"]))
        return Verification(ok=gone, evidence={"gone": gone}, why="" if gone else "います")


class ForgetsTheOtherFlags(ActiveDirectory):
    """Writes what it wants over all the flags."""

    def _set_control(self, connection, entry, control):
        flags = str(0x200 | (control & ACCOUNTDISABLE))
        self._directory.write(
            connection, entry.dn, {"userAccountControl": [(MODIFY_REPLACE, [flags])]}
        )


class ReplacesTheSecretOnce(ActiveDirectory):
    """Sets the new secret, and leaves the old one its hour."""

    def _replace_secret(self, connection, dn, secret):
        said = f'"{secret}"'.encode("utf-16-le")
        self._directory.write(connection, dn, {"unicodePwd": [(MODIFY_REPLACE, [said])]})


class BelievesTheAnswer(scim.Scim):
    """Takes what the server answered to the change for the state of the account."""

    def verify(self, ext_id, wanted):
        return Verification(ok=True, evidence={"answered": True})


class TakesEveryErrorForAbsence(scim.Scim):
    """Takes any "not found" for "no such user", wherever it comes from."""

    def verify(self, ext_id, wanted):
        try:
            return super().verify(ext_id, wanted)
        except scim.TargetRefused:
            return Verification(ok=not ABSENT.enabled, evidence={"exists": False})
