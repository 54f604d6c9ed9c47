"""A target that is an Active Directory (Microsoft's, or Samba's).

Disabled and expired accounts are refused at once by the controllers. Tickets of Kerberos that
were given before live until they end: that remainder is said, not hidden.
"""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

from ldap3 import MODIFY_ADD, MODIFY_DELETE, MODIFY_REPLACE, Connection
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
from sekisho_links.accounts.targets.target import Listing

CONTROL, EXPIRES, GROUPS = "userAccountControl", "accountExpires", "memberOf"
USES = ("lastLogon", "lastLogonTimestamp")  # the first of this controller, the second days late
NAMES = (CONTROL, EXPIRES, GROUPS, *USES)
ACCOUNTDISABLE, NORMAL_ACCOUNT = 0x2, 0x200
NEVER = (0, 0x7FFFFFFFFFFFFFFF)
EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
TICKET_HOURS = 10.0
STOPPED = {"533": "disabled", "701": "expired"}  # said only to whoever knows the right secret
DATA = re.compile(r"\bdata ([0-9a-f]+)\b")


class ActiveDirectory:
    """Accounts of an Active Directory; the id is the sAMAccountName.

    address: besides that of Directory: ticket_hours (how long a Kerberos ticket lives, 10),
    upn_suffix (of accounts that are made), key_attribute (where our own key is written).
    """

    def __init__(
        self,
        address: Address,
        secret: str,
        *,
        probes: bool = True,
        hand_over: Callable[[str], None] | None = None,
    ) -> None:
        which = "(&(objectCategory=person)(objectClass=user))"
        self._tickets = timedelta(hours=address.number("ticket_hours", TICKET_HOURS))
        self._suffix = address.text("upn_suffix", "")
        self._key_attribute = address.text("key_attribute", "employeeNumber")
        self._directory = Directory(
            address, secret, hand_over=hand_over, id_attribute="sAMAccountName", which=which
        )
        address.finish()
        self._may_probe = probes
        self._probes: dict[str, str] = {}  # the replaced secret, until the stop is verified
        self.capabilities = (
            frozenset(Capability)
            - {Capability.END_SESSIONS}
            - (set() if self._directory.keeps_roles else {Capability.ROLES})
        )

    def accounts(self) -> Iterator[TargetAccount]:
        listing = Listing()
        return listing.of(self._lines())

    def apply(self, ext_id: str, wanted: AccountState) -> Receipt:
        with self._directory.connected() as connection:
            ext_id, entry = self._found(connection, ext_id, wanted)
            found = self._state(entry)
            differences = compare(wanted, found, capabilities=self.capabilities)
            aspects = {one.aspect for one in differences}
            if not aspects:
                return Receipt(ext_id=ext_id, sent=False, evidence={"found": "as wanted"})
            if entry is None:
                return self._create(connection, wanted)
            evidence: Evidence = {"differed": sorted(aspects)}
            if Aspect.ENABLED in aspects and not wanted.enabled:
                self._stop(connection, ext_id, entry)
            if Aspect.ROLES in aspects and wanted.roles is not None:
                self._directory.set_roles(
                    connection, entry.dn, wanted=wanted.roles, found=found.roles or frozenset()
                )
            if Aspect.EXPIRY in aspects:
                self._directory.write(connection, entry.dn, _expiry(wanted.expires_at))
            if Aspect.ENABLED in aspects and wanted.enabled:
                self._set_control(connection, entry, _control(entry) & ~ACCOUNTDISABLE)
                evidence = {**evidence, "needs_new_secret": True}
            return Receipt(ext_id=ext_id, sent=True, evidence=evidence)

    def rotate_secret(self, ext_id: str) -> None:
        secret = new_secret()
        with self._directory.connected() as connection:
            entry = self._directory.entry(connection, ext_id, NAMES)
            if entry is None:
                raise self._directory.nobody()
            self._replace_secret(connection, entry.dn, secret)
        self._directory.hand_over(secret)

    def last_use(self, ext_id: str) -> datetime | None:
        """Return the later of what this controller saw and what all of them know, days late.

        Our own log comes first: another controller may have let the account in since.
        """
        with self._directory.connected() as connection:
            entry = self._directory.entry(connection, ext_id, NAMES)
        return _used(entry) if entry else None

    def verify(self, ext_id: str, wanted: AccountState) -> Verification:
        with self._directory.connected() as connection:
            entry = self._directory.entry(connection, ext_id, NAMES) if ext_id else None
            found = self._state(entry)
            why = "。".join(map(str, compare(wanted, found, capabilities=self.capabilities)))
            evidence: Evidence = {
                "read": "fresh connection",
                "exists": found.exists,
                "control": _control(entry) if entry else None,
                "groups_of_ours": len(found.roles or ()),
            }
            if entry is None and not why:
                evidence = {**evidence, "sees": self._directory.sees_somebody(connection)}
            if entry is None or why or wanted.may_enter:
                return Verification(ok=not why, evidence=evidence, why=why)
            if not self._may_probe:
                evidence = {**evidence, "probe": "forbidden"} | self._remainder(wanted)
                return Verification(ok=True, evidence=evidence, degraded=True)
            if ext_id not in self._probes:
                self._probes[ext_id] = new_secret()
                self._replace_secret(connection, entry.dn, self._probes[ext_id])
        entered, message = self._directory.let_in(entry.dn, self._probes.pop(ext_id))
        said = DATA.search(message)
        reason = STOPPED.get(said[1], "") if said else ""
        evidence = {
            **evidence,
            "probe": "let in" if entered else f"refused: {reason or 'for another reason'}",
            **self._remainder(wanted),
        }
        if entered:
            why = "止めたと答えたのに、入れました"
        elif not reason:
            why = "断られましたが、停止しているからとは言いません"
        return Verification(ok=not why, evidence=evidence, why=why)

    def _remainder(self, wanted: AccountState) -> dict[str, str | None]:
        """Return until when tickets that were given before the stop may live."""
        end = wanted.since + self._tickets if wanted.since else None
        return {
            "tickets_end_by": end.isoformat() if end else None,
            "ticket_hours": str(self._tickets / timedelta(hours=1)),
        }

    def _found(
        self, connection: Connection, ext_id: str, wanted: AccountState
    ) -> tuple[str, Entry | None]:
        """Return the id and the entry; without an id, the entry that we made before, if any."""
        if ext_id or wanted.profile is None:
            there = self._directory.entry(connection, ext_id, NAMES) if ext_id else None
            return ext_id, there
        login = wanted.profile.login
        entry = self._directory.entry(connection, login, (*NAMES, self._key_attribute))
        if entry and entry.first(self._key_attribute) != wanted.profile.key:
            raise self._directory.not_ours()
        return login, entry

    def _create(self, connection: Connection, wanted: AccountState) -> Receipt:
        """Make the account disabled, give it a secret that nobody knows, and enable it last."""
        profile = wanted.profile
        if profile is None:
            raise self._directory.no_profile()
        attributes = {
            "sAMAccountName": profile.login,
            "userPrincipalName": f"{profile.login}@{self._suffix}" if self._suffix else "",
            "sn": profile.family_name,
            "givenName": profile.given_name,
            "mail": profile.mail,
            "telephoneNumber": profile.phone,
            self._key_attribute: profile.key,
            CONTROL: str(NORMAL_ACCOUNT | ACCOUNTDISABLE),
        }
        dn = f"CN={escape_rdn(profile.login)},{self._directory.base}"
        said = {name: value for name, value in attributes.items() if value}
        if not connection.add(dn, ["user"], said):
            raise self._directory.failure(connection)
        self._replace_secret(connection, dn, new_secret())
        if wanted.roles:
            self._directory.set_roles(connection, dn, wanted=wanted.roles, found=frozenset())
        changes = _expiry(wanted.expires_at) | {CONTROL: [(MODIFY_REPLACE, [str(NORMAL_ACCOUNT)])]}
        self._directory.write(connection, dn, changes)
        evidence: Evidence = {"made": True, "needs_new_secret": True}
        return Receipt(ext_id=profile.login, sent=True, evidence=evidence)

    def _stop(self, connection: Connection, ext_id: str, entry: Entry) -> None:
        self._set_control(connection, entry, _control(entry) | ACCOUNTDISABLE)
        if not self._may_probe:
            return
        secret = new_secret()
        self._replace_secret(connection, entry.dn, secret)
        self._probes[ext_id] = secret

    def _set_control(self, connection: Connection, entry: Entry, control: int) -> None:
        """Change the flags from what was read, and only from that: others keep theirs."""
        if (before := entry.first(CONTROL)) != str(control):
            changes = [(MODIFY_DELETE, [before]), (MODIFY_ADD, [str(control)])]
            self._directory.write(connection, entry.dn, {CONTROL: changes})

    def _replace_secret(self, connection: Connection, dn: str, secret: str) -> None:
        """Replace the secret twice: controllers take the last but one for an hour still."""
        for one in (new_secret(), secret):
            said = f'"{one}"'.encode("utf-16-le")
            self._directory.write(connection, dn, {"unicodePwd": [(MODIFY_REPLACE, [said])]})

    def _lines(self) -> Iterator[TargetAccount]:
        with self._directory.connected() as connection:
            for entry in self._directory.all_entries(connection, (self._directory.id, *NAMES)):
                state = self._state(entry)
                yield TargetAccount(
                    ext_id=entry.first(self._directory.id) or entry.dn,
                    enabled=state.enabled,
                    roles=state.roles,
                    expires_at=state.expires_at,
                    last_use_at=_used(entry),
                    use_known=True,
                )

    def _state(self, entry: Entry | None) -> AccountState:
        if entry is None:
            return ABSENT
        control = _control(entry)
        expires = _moment(entry.first(EXPIRES))
        return AccountState(
            exists=True,
            enabled=not control & ACCOUNTDISABLE if control else None,
            roles=self._directory.roles_among(entry.all(GROUPS))
            if self._directory.keeps_roles
            else None,
            expires_at=expires,
        )


def _control(entry: Entry) -> int:
    """Return the flags of the account; 0, which no account has, where they cannot be read."""
    text = entry.first(CONTROL)
    return int(text) if text.lstrip("-").isdigit() else 0


def _used(entry: Entry) -> datetime | None:
    return max(filter(None, (_moment(entry.first(name)) for name in USES)), default=None)


def _moment(text: str) -> datetime | None:
    """Return a file time (tenths of a microsecond since 1601); None for never."""
    ticks = int(text) if text.isdigit() else 0
    if ticks in NEVER:
        return None
    try:
        return EPOCH + timedelta(microseconds=ticks // 10)
    except OverflowError:
        return None


def _expiry(at: datetime | None) -> dict[str, list[tuple[str, list[str]]]]:
    ticks = (at.replace(microsecond=0) - EPOCH) // timedelta(microseconds=1) * 10 if at else 0
    return {EXPIRES: [(MODIFY_REPLACE, [str(ticks)])]}
