"""A target that is an OpenLDAP directory.

Measured on slapd 2.5, and what this is built around:
- the lock (pwdAccountLockedTime) is answered with success also where no policy makes it count,
  and its holder still gets in: so every stop is probed;
- a changed password lifts the lock, even in one modification: so the secret is replaced first;
- a changed password also forgets pwdLastSuccess: so the last use is read before, and kept in the
  receipt.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from ldap3 import MODIFY_REPLACE, Connection
from ldap3.utils.dn import escape_rdn

from sekisho.accounts.wanted import (
    ABSENT,
    AccountState,
    Aspect,
    Capability,
    Evidence,
    Receipt,
    TargetAccount,
    Verification,
    compare,
)
from sekisho_links.accounts.targets.address import Address
from sekisho_links.accounts.targets.directory import Directory, Entry, new_secret
from sekisho_links.accounts.targets.target import Listing, TargetRefused

LOCKED = "000001010000Z"  # for ever, whatever the policy says of lockouts
LOCK, END, USE, POLICY = "pwdAccountLockedTime", "pwdEndTime", "pwdLastSuccess", "pwdPolicySubentry"
CHANGE = ("entryCSN", "userPassword")  # by these a replaced secret is seen
SECRET = ("pwdChangedTime", "userPassword")  # and by these that it still is the same
NAMES = (LOCK, END, USE, POLICY, *CHANGE, *SECRET)
ON_THEIR_WAY = "connections that are open stay until they end"


Look = tuple[tuple[bytes, ...], ...]


class OpenLdap:
    """Accounts of an OpenLDAP directory; the id is the uid.

    address: besides that of Directory: policy (the DN of the default ppolicy, which no entry
    shows), expiry = true where pwdEndTime is kept, key_attribute (where our own key is written).
    """

    def __init__(
        self,
        address: Address,
        secret: str,
        *,
        probes: bool = True,
        hand_over: Callable[[str], None] | None = None,
    ) -> None:
        which = "(objectClass=inetOrgPerson)"
        self._policy = address.text("policy", "")
        self._key_attribute = address.text("key_attribute", "employeeNumber")
        expiry = address.flag("expiry", default=False)
        self._directory = Directory(
            address, secret, hand_over=hand_over, id_attribute="uid", which=which
        )
        address.finish()
        self._may_probe = probes
        # the replaced secret, and how the entry looked with it, until the stop is verified
        self._probes: dict[str, tuple[str, Look]] = {}
        self.capabilities = (
            frozenset(Capability)
            - {Capability.END_SESSIONS}
            - (set() if expiry else {Capability.EXPIRY})
            - (set() if self._directory.keeps_roles else {Capability.ROLES})
        )

    def accounts(self) -> Iterator[TargetAccount]:
        listing = Listing()
        return listing.of(self._lines())

    def apply(self, ext_id: str, wanted: AccountState) -> Receipt:
        with self._directory.connected() as connection:
            ext_id, entry = self._found(connection, ext_id, wanted)
            used = self._used(entry) if entry else None
            before = entry
            if entry and not wanted.may_enter and entry.first(LOCK) != LOCKED:
                # before anything else is asked: a group that cannot be read must not hold it up
                self._probes[ext_id] = self._stop(connection, entry)
                entry = self._directory.again(connection, entry, NAMES)
            found = self._state(connection, entry)
            differences = compare(wanted, found, capabilities=self.capabilities)
            aspects = {one.aspect for one in differences}
            if not aspects and entry is before:
                return Receipt(ext_id=ext_id, sent=False, evidence={"found": "as wanted"})
            if entry is None:
                return self._create(connection, wanted)
            evidence: Evidence = {
                "differed": sorted(aspects | ({Aspect.ENABLED} if entry is not before else set())),
                "last_use_before": used.isoformat() if used else None,
            }
            if Aspect.ENABLED in aspects and not wanted.enabled and entry is before:
                self._probes[ext_id] = self._stop(connection, entry)
            if Aspect.ROLES in aspects and wanted.roles is not None:
                self._directory.set_roles(
                    connection, entry.dn, wanted=wanted.roles, found=found.roles or frozenset()
                )
            if Aspect.EXPIRY in aspects:
                end = (
                    [f"{wanted.expires_at.astimezone(UTC):%Y%m%d%H%M%SZ}"]
                    if wanted.expires_at
                    else []
                )
                self._directory.write(connection, entry.dn, {END: [(MODIFY_REPLACE, end)]})
            if Aspect.ENABLED in aspects and wanted.enabled:
                self._directory.write(connection, entry.dn, {LOCK: [(MODIFY_REPLACE, [])]})
                evidence = {**evidence, "needs_new_secret": True}
            return Receipt(ext_id=ext_id, sent=True, evidence=evidence)

    def rotate_secret(self, ext_id: str) -> None:
        with self._directory.connected() as connection:
            entry = self._directory.entry(connection, ext_id, NAMES)
            if entry is None:
                raise self._directory.nobody()
            if entry.first(LOCK):
                # a changed password would lift the lock
                raise TargetRefused(
                    "止まっているアカウントの合言葉は替えません",
                    place=self._directory.place,
                    remedy="先に停止を解いてください",
                )
            secret = new_secret()
            self._replace_secret(connection, entry, secret)
        self._directory.hand_over(secret)

    def last_use(self, ext_id: str) -> datetime | None:
        with self._directory.connected() as connection:
            entry = self._directory.entry(connection, ext_id, NAMES)
        return self._used(entry) if entry else None

    def verify(self, ext_id: str, wanted: AccountState) -> Verification:
        evidence: Evidence = {"read": "fresh connection"}
        with self._directory.connected() as connection:
            entry = self._directory.entry(connection, ext_id, NAMES) if ext_id else None
            found = self._state(connection, entry)
            policy = entry is not None and self._applies(connection, entry)
            why = self._differs(wanted, found)
            evidence = {**evidence, "exists": found.exists, "policy": policy}
            if entry is None and not why:
                evidence = {**evidence, "sees": self._directory.sees_somebody(connection)}
            if entry is None or wanted.may_enter or (why and found.enabled is not None):
                return Verification(ok=not why, evidence=evidence, why=why)
            if not self._may_probe:
                evidence = {**evidence, "locked": entry.first(LOCK) == LOCKED, "probe": "forbidden"}
                return Verification(ok=not why, evidence=evidence, degraded=True, why=why)
            kept = self._probes.pop(ext_id, None)
            if kept is None or kept[1] != _look(entry):  # another process, or another secret since
                kept = self._stop(connection, entry)
        secret, _ = kept
        # the stop that was just repeated is read back too, and by a connection that did not make it
        with self._directory.connected() as connection:
            entry = self._directory.entry(connection, ext_id, NAMES)
            locked = entry is not None and entry.first(LOCK) == LOCKED
        entered, _ = self._directory.let_in(entry.dn, secret) if entry else (False, "")
        evidence = {
            **evidence,
            "locked": locked,
            "probe": "let in" if entered else "refused",
            "remainder": ON_THEIR_WAY,
        }
        if entered:
            why = "止めたと答えたのに、入れました"
        elif not locked:
            why = "停止の印がありません"
        elif not policy:
            why = "停止の印を効かせる方針（ppolicy）が見つかりません"
        return Verification(ok=not why, evidence=evidence, why=why)

    def _found(
        self, connection: Connection, ext_id: str, wanted: AccountState
    ) -> tuple[str, Entry | None]:
        """Return the id and the entry; without an id, the entry that we made before, if any.

        An entry of the same name that does not bear our key is not ours, and is never adopted.
        """
        if ext_id or wanted.profile is None:
            there = self._directory.entry(connection, ext_id, NAMES) if ext_id else None
            return ext_id, there
        login = wanted.profile.login
        entry = self._directory.entry(connection, login, (*NAMES, self._key_attribute))
        if entry and entry.first(self._key_attribute) != wanted.profile.key:
            raise self._directory.not_ours()
        return login, entry

    def _create(self, connection: Connection, wanted: AccountState) -> Receipt:
        profile = wanted.profile
        if profile is None:
            raise self._directory.no_profile()
        attributes = {
            "cn": profile.login,
            "sn": profile.family_name or profile.login,
            "givenName": profile.given_name,
            "mail": profile.mail,
            "telephoneNumber": profile.phone,
            self._key_attribute: profile.key,
            "userPassword": new_secret(),
        }
        dn = f"{self._directory.id}={escape_rdn(profile.login)},{self._directory.base}"
        said = {name: value for name, value in attributes.items() if value}
        if not connection.add(dn, ["inetOrgPerson"], said):
            raise self._directory.failure(connection)
        if wanted.roles:
            self._directory.set_roles(connection, dn, wanted=wanted.roles, found=frozenset())
        if wanted.expires_at and Capability.EXPIRY in self.capabilities:
            end = f"{wanted.expires_at.astimezone(UTC):%Y%m%d%H%M%SZ}"
            self._directory.write(connection, dn, {END: [(MODIFY_REPLACE, [end])]})
        evidence: Evidence = {"made": True, "needs_new_secret": True}
        return Receipt(ext_id=profile.login, sent=True, evidence=evidence)

    def _stop(self, connection: Connection, entry: Entry) -> tuple[str, Look]:
        """Replace the secret, then lock: in this order, since the first lifts the second."""
        secret = new_secret()
        replaced = self._replace_secret(connection, entry, secret)
        self._directory.write(connection, entry.dn, {LOCK: [(MODIFY_REPLACE, [LOCKED])]})
        return secret, _look(replaced)

    def _replace_secret(self, connection: Connection, entry: Entry, secret: str) -> Entry:
        """Replace the secret, and see that it is replaced: an answer alone is not believed."""
        if not connection.extend.standard.modify_password(entry.dn, new_password=secret):
            raise self._directory.failure(connection)
        now = self._directory.again(connection, entry, NAMES)
        if all(
            now.attributes.get(n.casefold()) == entry.attributes.get(n.casefold()) for n in CHANGE
        ):
            raise TargetRefused(
                "合言葉を替えたと答えましたが、替わっていません",
                place=self._directory.place,
                remedy="接続用IDが entryCSN を読めること、合言葉を替えられることを確かめてください",
            )
        return now

    def _lines(self) -> Iterator[TargetAccount]:
        with self._directory.connected() as connection:
            roles = self._directory.members(connection) if self._directory.keeps_roles else None
            policies: dict[str, bool] = {}
            for entry in self._directory.all_entries(connection, NAMES):
                dn = entry.first(POLICY) or self._policy
                if dn not in policies:
                    policies[dn] = self._applies(connection, entry)
                yield TargetAccount(
                    ext_id=entry.first(self._directory.id) or entry.dn,
                    enabled=_enabled(entry, policy=policies[dn]),
                    roles=None if roles is None else self._directory.roles_in(roles, entry.dn),
                    expires_at=_time(entry.first(END)),
                    last_use_at=self._used(entry),
                    use_known=True,
                )

    def _state(self, connection: Connection, entry: Entry | None) -> AccountState:
        if entry is None:
            return ABSENT
        return AccountState(
            exists=True,
            enabled=_enabled(entry, policy=self._applies(connection, entry)),
            roles=self._directory.roles_of(connection, entry.dn),
            expires_at=_time(entry.first(END)),
        )

    def _applies(self, connection: Connection, entry: Entry) -> bool:
        """Return whether a policy is there that makes a lock count, as far as an entry shows it."""
        dn = entry.first(POLICY) or self._policy
        return bool(dn) and self._directory.there(
            connection, dn, "(&(objectClass=pwdPolicy)(pwdLockout=TRUE))"
        )

    def _differs(self, wanted: AccountState, found: AccountState) -> str:
        return "。".join(map(str, compare(wanted, found, capabilities=self.capabilities)))

    def _used(self, entry: Entry) -> datetime | None:
        return _time(entry.first(USE))


def _look(entry: Entry) -> Look:
    return tuple(tuple(entry.attributes.get(name.casefold(), ())) for name in SECRET)


def _enabled(entry: Entry, *, policy: bool) -> bool | None:
    """Return whether the entry lets in; None where it is locked and nothing makes that count.

    A lock with a time is one of too many wrong passwords, and ends by itself.
    """
    if entry.first(LOCK) != LOCKED:
        return True
    return False if policy else None


def _time(text: str) -> datetime | None:
    """Return a generalized time in UTC (20270401000000Z, with or without a fraction)."""
    if not text:
        return None
    try:
        return datetime.strptime(text.partition(".")[0].rstrip("Z"), "%Y%m%d%H%M%S").replace(
            tzinfo=UTC
        )
    except ValueError:
        return None
