"""What OpenLDAP and Active Directory have in common: reached by LDAP, read strictly.

Every call opens its own connections: threads share nothing, and a reading back is always fresh.
"""

import math
import secrets
import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ldap3 import (
    ANONYMOUS,
    BASE,
    MODIFY_ADD,
    MODIFY_DELETE,
    NONE,
    SIMPLE,
    SUBTREE,
    Connection,
    Server,
    Tls,
)
from ldap3.core.exceptions import (
    LDAPCommunicationError,
    LDAPException,
    LDAPMaximumRetriesError,
    LDAPResponseTimeoutError,
    LDAPStartTLSError,
)
from ldap3.utils.conv import escape_filter_chars
from ldap3.utils.dn import safe_dn

from sekisho_links.accounts.targets.address import TIMEOUT, Address, AddressUnusable
from sekisho_links.accounts.targets.target import TargetRefused, TargetUnreachable

PAGE = 500
OK, SIZE_LIMIT, NO_SUCH_ATTRIBUTE, EXISTS_IN_IT, NO_SUCH_OBJECT, REFUSED, OBJECT_CLASS = (
    0,
    4,
    16,
    20,
    32,
    49,
    65,
)
ALREADY = 68
LATER = {1, 3, 51, 52, 80}  # operations error, time limit, busy, unavailable, other
MEMBER = "member"


class Strict(Tls):  # type: ignore[misc]  # ldap3 has no types
    """TLS as Python itself checks it: the chain, and this one name."""

    def __init__(self, *, ca: Path | None, name: str) -> None:
        super().__init__()
        self._name = name
        self._context = ssl.create_default_context(cafile=ca)

    def wrap_socket(self, connection: Connection, do_handshake: bool = False) -> None:  # noqa: FBT001, FBT002 - as ldap3 calls it
        connection.socket = self._context.wrap_socket(
            connection.socket, server_hostname=self._name, do_handshake_on_connect=do_handshake
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry as the directory holds it: bytes, by the lower-case name of the attribute."""

    dn: str
    attributes: Mapping[str, Sequence[bytes]]

    def first(self, name: str) -> str:
        values = self.attributes.get(name.casefold(), ())
        return values[0].decode("utf-8", "replace") if values else ""

    def all(self, name: str) -> list[str]:
        return [v.decode("utf-8", "replace") for v in self.attributes.get(name.casefold(), ())]


class Directory:
    """One directory, entered with one ID of ours.

    address: uri (ldap, ldaps), start_tls, ca_file, tls_name, timeout; bind_dn; base (where the
    accounts stand), filter (which entries are accounts), id (the attribute by which they are
    known); roles (our role → DN of its group), placeholder (a DN that keeps a group from
    becoming empty, where its class forbids that).
    """

    def __init__(
        self,
        address: Address,
        secret: str,
        *,
        hand_over: Callable[[str], None] | None,
        id_attribute: str,
        which: str,
    ) -> None:
        self.place = address.place
        self._start_tls = address.flag("start_tls", default=False)
        self._uri = address.url("uri", "ldap", "ldaps", protected=self._start_tls)
        host = urlsplit(self._uri).hostname or ""
        self._tls = Strict(ca=address.file("ca_file"), name=address.text("tls_name", host))
        self._timeout = address.number("timeout", TIMEOUT)
        self._bind_dn = address.text("bind_dn")
        self.base = address.text("base")
        self._which = address.text("filter", which)
        self.id = address.text("id", id_attribute)
        self._groups = address.table("roles")
        try:
            self._role_of = {_key(dn): role for role, dn in self._groups.items()}
        except LDAPException:
            raise AddressUnusable(
                "グループの名がDNではありません",
                place=self.place,
                remedy="cn=…,ou=…,dc=… の形で書いてください",
            ) from None
        self._placeholder = address.text("placeholder", "")
        if not secret:
            raise AddressUnusable(
                "接続の合言葉が空です",
                place=self.place,
                remedy="接続用IDの合言葉を登録してください",
            )
        self._secret = secret
        self._hand_over = hand_over

    @property
    def keeps_roles(self) -> bool:
        return bool(self._groups)

    def hand_over(self, secret: str) -> None:
        if self._hand_over:
            self._hand_over(secret)

    @contextmanager
    def connected(self) -> Iterator[Connection]:
        """Give a connection that has entered with our own ID; it ends with the block."""
        with self._connection(self._bind_dn, self._secret) as connection:
            if not connection.bind():
                raise self.failure(connection)
            yield connection

    def let_in(self, dn: str, secret: str) -> tuple[bool, str]:
        """Return whether the directory lets `dn` in with `secret`, and what it said with it.

        An answer that is neither in nor refused (busy, say) raises: it shows nothing.
        """
        with self._connection(dn, secret) as connection:
            if connection.bind():
                return True, ""
            if connection.result["result"] != REFUSED:
                raise self.failure(connection)
            return False, str(connection.result.get("message") or "")

    @contextmanager
    def _connection(self, dn: str, secret: str) -> Iterator[Connection]:
        try:
            server = Server(self._uri, tls=self._tls, get_info=NONE, connect_timeout=self._timeout)
            connection = Connection(
                server,
                user=dn,
                password=secret,
                authentication=SIMPLE if dn else ANONYMOUS,
                receive_timeout=math.ceil(self._timeout),
                auto_referrals=False,  # a referral would be given our secret
                check_names=False,
            )
            try:
                connection.open()
                if self._start_tls and not connection.start_tls():
                    raise self.failure(connection)
                yield connection
            finally:
                connection.unbind()
                if connection.socket:  # of a connection that never came to be, ldap3 lets go of it
                    connection.socket.close()
        except (
            OSError,
            LDAPCommunicationError,
            LDAPMaximumRetriesError,
            LDAPResponseTimeoutError,
            LDAPStartTLSError,
        ):
            raise TargetUnreachable(
                "応答がありません",
                place=self.place,
                remedy="対象と回線の様子、サーバー証明書を確かめてください",
            ) from None
        except LDAPException:
            raise self._refused("読めない応答がありました") from None

    def failure(self, connection: Connection) -> TargetUnreachable | TargetRefused:
        """Return the error for the last answer: its number and name, never its text."""
        code, name = connection.result["result"], connection.result["description"]
        if code in LATER:
            return TargetUnreachable(
                f"今は応じられないと答えました（{name}）",
                place=self.place,
                remedy="自動でやり直します。続くときは対象の担当者に知らせてください",
            )
        return self._refused(f"断られました（{name}）")

    def _refused(self, problem: str) -> TargetRefused:
        return TargetRefused(
            problem,
            place=self.place,
            remedy="接続用IDの合言葉と権限、設定した番地を確かめてください",
        )

    def nobody(self) -> TargetRefused:
        return self._refused("そのアカウントは対象にありません")

    def not_ours(self) -> TargetRefused:
        return TargetRefused(
            "同じ利用者名のアカウントが、すでに対象にあります",
            place=self.place,
            remedy="突合の「孤児」で持ち主を確かめ、引き取るか、別の名を決めてください",
        )

    def no_profile(self) -> TargetRefused:
        return TargetRefused(
            "対象にないアカウントを作るための属性がありません",
            place=self.place,
            remedy="アカウント台帳で利用者の属性を登録してください",
        )

    def write(self, connection: Connection, dn: str, changes: Mapping[str, Any]) -> None:
        if not connection.modify(dn, dict(changes)):
            raise self.failure(connection)

    def entry(self, connection: Connection, ext_id: str, names: Sequence[str]) -> Entry | None:
        """Return the account with this id, or None where the directory shows none.

        Raise TargetRefused where two have it, where one has it that is no account by our filter,
        or where the place of the accounts is not there: then an empty answer says nothing.
        """
        known = f"({self.id}={escape_filter_chars(ext_id)})"
        found = list(self.search(connection, f"(&{self._which}{known})", names))
        if len(found) > 1:
            raise self._refused("同じIDのアカウントが二つあります")
        if not found and not self.there(connection, self.base, "(objectClass=*)"):
            raise self._refused("アカウントの置き場所がありません")
        if not found and list(self.search(connection, known, ["1.1"])):
            raise self._refused("そのIDはありますが、アカウントとして数える条件に合いません")
        return found[0] if found else None

    def sees_somebody(self, connection: Connection) -> bool:
        """Return True where we see an account at all, or raise: whoever sees nobody proves nothing.

        A directory hides what may not be read, and calls that success.
        """
        connection.search(self.base, self._which, SUBTREE, attributes=["1.1"], size_limit=1)
        if connection.result["result"] not in {OK, SIZE_LIMIT}:
            raise self.failure(connection)
        if not list(_entries(connection)):
            raise self._refused("アカウントが一つも見えません")
        return True

    def all_entries(self, connection: Connection, names: Sequence[str]) -> Iterator[Entry]:
        return self.search(connection, self._which, (self.id, *names))

    def again(self, connection: Connection, entry: Entry, names: Sequence[str]) -> Entry:
        """Return the same entry as it is now."""
        connection.search(entry.dn, "(objectClass=*)", BASE, attributes=list(names))
        for one in _entries(connection):
            return one
        raise self.failure(connection) if connection.result["result"] else self.nobody()

    def search(self, connection: Connection, which: str, names: Sequence[str]) -> Iterator[Entry]:
        """Yield every entry below the base, page by page; a list cut short raises."""
        cookie: bytes | None = None
        while True:
            done = connection.search(
                self.base,
                which,
                SUBTREE,
                attributes=list(names),
                paged_size=PAGE,
                paged_cookie=cookie,
            )
            if not done and connection.result["result"] == NO_SUCH_OBJECT:
                raise self._refused("アカウントの置き場所がありません")
            if not done and connection.result["result"] != OK:
                raise self.failure(connection)
            # all of it before anything is handed out: the reader may ask on this connection too
            entries = list(_entries(connection))
            controls = connection.result.get("controls") or {}
            page = controls.get("1.2.840.113556.1.4.319", {})
            cookie = page.get("value", {}).get("cookie")
            yield from entries
            if not cookie:
                return

    def there(self, connection: Connection, dn: str, which: str) -> bool:
        """Return whether the entry `dn` is there and matches."""
        connection.search(dn, which, BASE, attributes=["1.1"])
        if connection.result["result"] not in {OK, NO_SUCH_OBJECT}:
            raise self.failure(connection)
        return bool(list(_entries(connection)))

    def set_roles(
        self, connection: Connection, dn: str, *, wanted: frozenset[str], found: frozenset[str]
    ) -> None:
        """Put `dn` into the groups of `wanted` and out of the others of ours. Losses first."""
        if unknown := wanted - set(self._groups):
            raise TargetRefused(
                f"権限にあたるグループが決まっていません: {'、'.join(sorted(unknown))}",
                place=self.place,
                remedy="対象の設定で、権限とグループの対応を足してください",
            )
        for role in sorted(found - wanted):
            self._leave(connection, self._groups[role], dn)
        for role in sorted(wanted - found):
            connection.modify(self._groups[role], {MEMBER: [(MODIFY_ADD, [dn])]})
            if connection.result["result"] not in {OK, EXISTS_IN_IT, ALREADY}:
                raise self.failure(connection)

    def _leave(self, connection: Connection, group: str, dn: str) -> None:
        out = (MODIFY_DELETE, [dn])
        connection.modify(group, {MEMBER: [out]})
        if connection.result["result"] == OBJECT_CLASS and self._placeholder:
            stay = (MODIFY_ADD, [self._placeholder])
            connection.modify(group, {MEMBER: [stay, out]})
        if connection.result["result"] not in {OK, NO_SUCH_ATTRIBUTE}:
            raise self.failure(connection)

    def roles_of(self, connection: Connection, dn: str) -> frozenset[str] | None:
        """Return our roles of `dn`, asked of each group; None where no roles are kept."""
        if not self._groups:
            return None
        which = f"({MEMBER}={escape_filter_chars(dn)})"
        return frozenset(
            role for role, group in self._groups.items() if self.there(connection, group, which)
        )

    def members(self, connection: Connection) -> Mapping[str, frozenset[str]]:
        """Return our roles of everybody who stands in a group of ours, by DN."""
        roles: dict[str, frozenset[str]] = {}
        for role, group in self._groups.items():
            connection.search(group, "(objectClass=*)", BASE, attributes=[MEMBER])
            if connection.result["result"] != OK:
                raise self.failure(connection)
            for dn in (dn for entry in _entries(connection) for dn in entry.all(MEMBER)):
                roles[_key(dn)] = roles.get(_key(dn), frozenset()) | {role}
        return roles

    def roles_in(self, members: Mapping[str, frozenset[str]], dn: str) -> frozenset[str]:
        return members.get(_key(dn), frozenset())

    def roles_among(self, groups: Sequence[str]) -> frozenset[str]:
        """Return our roles of the groups that stand in memberOf."""
        return frozenset(self._role_of[_key(dn)] for dn in groups if _key(dn) in self._role_of)


def new_secret() -> str:
    """Return a secret that no rule about letters, digits and signs refuses, and nobody knows."""
    return f"{secrets.token_urlsafe(32)}-aA1"


def _entries(connection: Connection) -> Iterator[Entry]:
    for one in connection.response or ():
        if one["type"] == "searchResEntry":
            attributes = {name.casefold(): v for name, v in one["raw_attributes"].items()}
            yield Entry(dn=one["dn"], attributes=attributes)


def _key(dn: str) -> str:
    return str(safe_dn(dn)).casefold()
