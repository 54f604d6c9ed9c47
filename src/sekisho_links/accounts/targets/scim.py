"""A target that speaks SCIM 2.0 (RFC 7643, 7644).

Resources are read as they come, not through models: what a server adds must survive a PUT, and
a quirk of its dialect must not keep a stop from being sent.
"""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from urllib.parse import quote

from httpx2 import Client, HTTPError
from scim2_client import SCIMClientException
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_models import (
    Group,
    ResourceType,
    SCIMException,
    ScimProvider,
    ServiceProviderConfig,
    User,
)

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
from sekisho_links.accounts.targets.address import TIMEOUT, Address, AddressUnusable
from sekisho_links.accounts.targets.bounded import Bounded
from sekisho_links.accounts.targets.scim_groups import Groups
from sekisho_links.accounts.targets.scim_reading import (
    Resource,
    active,
    moment,
    roles,
    value,
    values,
)
from sekisho_links.accounts.targets.target import (
    Listing,
    TargetRefused,
    TargetUnreachable,
    cannot,
)

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
PAGE = 200
NOT_FOUND = 404
SAYS_NOTHING = {403, 404, 501}  # of what it can
BUSY = {408, 409, 412, 423, 425, 429}  # somebody was quicker, or too many asked: later it may do


class Scim:
    """Accounts of a SCIM server; the id is the one that the server gave.

    address: url, ca_file, timeout; roles = true where `roles` of a user are kept from here, or
             groups (our role → the id of its group) where roles are groups;
             last_use = the attribute with the last sign-in (dots lead inwards). Without it the
             last use is unknown: `meta.lastModified` is ours as often as the holder's.
    """

    def __init__(self, address: Address, secret: str) -> None:
        self._place = address.place
        self._url = address.url("url", "https", "http").rstrip("/") + "/"
        self._timeout = address.number("timeout", TIMEOUT)
        self._in_users = address.flag("roles", default=False)
        self._groups = Groups(address.table("groups"), place=self._place)
        self._last_use = address.text("last_use", "")
        ca = address.file("ca_file")
        address.finish()
        if self._in_users and self._groups:
            raise AddressUnusable(
                "権限の置き場所が二つあります",
                place=self._place,
                remedy="roles と groups のどちらかにしてください",
            )
        # no compression: a small answer must not become a large one
        self._headers = {"Accept-Encoding": "identity"}
        if secret:
            self._headers["Authorization"] = f"Bearer {secret}"
        self._tls = ssl.create_default_context(cafile=ca)
        self._provider = ScimProvider(
            models=[User, Group],
            resource_types=[ResourceType.from_resource(one) for one in (User, Group)],
        )
        self._negotiated: Resource | None = None
        self.capabilities = (
            frozenset({Capability.SYNC, Capability.CREATE, Capability.SUSPEND})
            | ({Capability.ROLES} if self._in_users or self._groups else set())
            | ({Capability.LAST_USE} if self._last_use else set())
        )
        # what stands in the user itself, and is told in one step
        self._in_itself = self.capabilities - ({Capability.ROLES} if self._groups else set())

    def accounts(self) -> Iterator[TargetAccount]:
        listing = Listing()
        return listing.of(self._pages(listing))

    def apply(self, ext_id: str, wanted: AccountState) -> Receipt:
        with self._fresh() as client, self._speaking():
            resource = self._of(client, ext_id, wanted)
            ext_id = ext_id if resource is None else str(value(resource, "id"))
            own = compare(wanted, self._state(resource, None), capabilities=self._in_itself)
            if any(one.aspect is Aspect.EXISTENCE for one in own):
                return self._create(client, wanted)
            if own and resource is not None:
                self._change(client, ext_id, resource, wanted, {one.aspect for one in own})
            # groups only after the stop, which must stand even where a group cannot be reached
            joined = self._join(client, ext_id, wanted) if resource and self._groups else False
            if not own and not joined:
                return Receipt(ext_id=ext_id, sent=False, evidence={"found": "as wanted"})
            evidence = self._negotiation(client) | {
                "differed": sorted(
                    {one.aspect for one in own} | ({Aspect.ROLES} if joined else set())
                )
            }
            degraded = not self._negotiates(client, "patch")
            return Receipt(ext_id=ext_id, sent=True, evidence=evidence, degraded=degraded)

    def rotate_secret(self, ext_id: str) -> None:  # noqa: ARG002 - not for anybody
        raise cannot(self._place, "合言葉の交換")

    def last_use(self, ext_id: str) -> datetime | None:
        if not self._last_use or not ext_id:
            return None
        with self._fresh() as client, self._speaking():
            resource = self._get(client, ext_id)
        return self._used(resource) if resource else None

    def verify(self, ext_id: str, wanted: AccountState) -> Verification:
        with self._fresh() as client, self._speaking():
            resource = self._get(client, ext_id) if ext_id else None
            patch = self._negotiates(client, "patch")
            evidence: Evidence = self._negotiation(client)
            if resource is None:
                evidence = {**evidence, "users_listed": self._lists(client)}
            held = self._groups.of(client, ext_id) if resource and self._groups else None
        found = self._state(resource, held)
        differences = compare(wanted, found, capabilities=self.capabilities)
        evidence = {
            **evidence,
            "read": "GET on a fresh connection",
            "exists": found.exists,
            "active": found.enabled,
            "modified": str(value(value(resource or {}, "meta"), "lastModified") or ""),
            "differs": [one.aspect for one in differences],
        }
        why = "。".join(map(str, differences))
        return Verification(ok=not why, evidence=evidence, degraded=not patch, why=why)

    @contextmanager
    def _fresh(self) -> Iterator[SyncSCIMClient]:
        with Client(
            base_url=self._url,
            headers=self._headers,
            timeout=self._timeout,
            transport=Bounded(tls=self._tls, timeout=self._timeout),
            trust_env=False,
            follow_redirects=False,
        ) as client:
            yield SyncSCIMClient(
                client,
                provider=self._provider,
                check_request_payload=False,
                check_response_payload=False,
            )

    @contextmanager
    def _speaking(self) -> Iterator[None]:
        """Turn what goes wrong into our two errors. What the server wrote is not passed on."""
        try:
            yield
        except SCIMClientException as error:
            status = getattr(error.source, "status_code", None)
            raise self._failure(status) from None
        except HTTPError:
            raise self._failure(None) from None
        except SCIMException:  # only what we were about to send is checked: nothing was sent
            raise TargetRefused(
                "このアカウントのIDは番地になりません",
                place=self._place,
                remedy="アカウント台帳で、対象でのIDを直してください",
            ) from None

    def _failure(self, status: int | None) -> TargetUnreachable | TargetRefused:
        if status is None:
            return TargetUnreachable(
                "応答がありません", place=self._place, remedy="対象と回線の様子を確かめてください"
            )
        if status >= 500 or status in BUSY:
            return TargetUnreachable(
                f"今は応じられないと答えました（{status}）",
                place=self._place,
                remedy="自動でやり直します。続くときは対象の担当者に知らせてください",
            )
        return TargetRefused(
            f"断られました（{status}）",
            place=self._place,
            remedy="接続の鍵の期限と権限、対象の番地を確かめてください",
        )

    def _get(self, client: SyncSCIMClient, ext_id: str) -> Resource | None:
        """Return the user, or None where the server says in SCIM that there is none."""
        answer = client.query(User, ext_id, expected_status_codes=[200, NOT_FOUND])
        return self._user(answer, ext_id)

    def _user(self, answer: object, ext_id: str) -> Resource | None:
        if not isinstance(answer, dict):
            raise self._failure(None)
        if ERROR in values(answer, "schemas"):
            return None
        if str(value(answer, "id") or "") != ext_id:
            raise TargetRefused(
                "頼んだものと違うアカウントが返りました",
                place=self._place,
                remedy="対象の番地と、間に立つ装置を確かめてください",
            )
        return answer

    def _of(self, client: SyncSCIMClient, ext_id: str, wanted: AccountState) -> Resource | None:
        """Return the user with this id; where we have no id yet, the one that we made before.

        A first answer that was lost leaves a user with our own key (externalId): it is taken up,
        not made twice. A user of the same name without it is not ours, and is never adopted.
        """
        if ext_id:
            return self._get(client, ext_id)
        if wanted.profile is None:
            return None
        for user in self._named(client, wanted.profile.login):
            if wanted.profile.key and value(user, "externalId") == wanted.profile.key:
                return user
            raise TargetRefused(
                "同じ利用者名のアカウントが、すでに対象にあります",
                place=self._place,
                remedy="突合の「孤児」で持ち主を確かめ、引き取るか、別の名を決めてください",
            )
        return None

    def _named(self, client: SyncSCIMClient, login: str) -> list[Resource]:
        said = login.replace("\\", "\\\\").replace('"', '\\"')
        answer = client.query(
            User, query_parameters={"filter": f'userName eq "{said}"'}, expected_status_codes=[200]
        )
        if not isinstance(answer, dict):
            raise self._failure(None)
        # a server that ignores filters lists strangers
        return [
            user
            for user in values(answer, "Resources")
            if str(value(user, "userName") or "").casefold() == login.casefold()
        ]

    def _create(self, client: SyncSCIMClient, wanted: AccountState) -> Receipt:
        profile = wanted.profile
        if profile is None:
            raise TargetRefused(
                "対象にないアカウントを作るための属性がありません",
                place=self._place,
                remedy="アカウント台帳で利用者の属性を登録してください",
            )
        user: Resource = {
            "schemas": [USER],
            "userName": profile.login,
            "active": True,
            "name": {"familyName": profile.family_name, "givenName": profile.given_name},
        }
        if profile.key:
            user["externalId"] = profile.key
        if profile.mail:
            user["emails"] = [{"value": profile.mail, "type": "work", "primary": True}]
        if profile.phone:
            user["phoneNumbers"] = [{"value": profile.phone, "type": "work"}]
        if self._in_users and wanted.roles:
            user["roles"] = _as_roles(wanted.roles)
        answer = client.create(user, url="/Users", expected_status_codes=[201])
        made = str(value(answer, "id") or "") if isinstance(answer, dict) else ""
        if not made:
            raise self._failure(None)
        if self._groups:
            self._join(client, made, wanted)
        return Receipt(ext_id=made, sent=True, evidence={"made": True})

    def _change(
        self,
        client: SyncSCIMClient,
        ext_id: str,
        resource: Resource,
        wanted: AccountState,
        aspects: set[Aspect],
    ) -> None:
        if self._negotiates(client, "patch"):
            self._patch(client, ext_id, wanted, aspects)
        else:
            self._put(client, ext_id, resource, wanted, aspects)

    def _join(self, client: SyncSCIMClient, ext_id: str, wanted: AccountState) -> bool:
        """Bring the groups of ours to what is wanted, and return whether anything was sent."""
        if wanted.roles is None:
            return False
        held = self._groups.of(client, ext_id)
        self._groups.change(client, ext_id, wanted=wanted.roles, found=held)
        return held != wanted.roles

    def _patch(
        self, client: SyncSCIMClient, ext_id: str, wanted: AccountState, aspects: set[Aspect]
    ) -> None:
        """Send each aspect alone, the stop first: a server without roles must still stop."""
        operations = []
        if Aspect.ENABLED in aspects:
            operations.append({"op": "replace", "path": "active", "value": bool(wanted.enabled)})
        if Aspect.ROLES in aspects:
            operations.append(
                {"op": "replace", "path": "roles", "value": _as_roles(wanted.roles)}
                if wanted.roles
                else {"op": "remove", "path": "roles"}
            )
        for operation in operations:
            client.modify(
                User,
                ext_id,
                {"schemas": [PATCH], "Operations": [operation]},
                expected_status_codes=[200, 204],
            )

    def _put(
        self,
        client: SyncSCIMClient,
        ext_id: str,
        resource: Resource,
        wanted: AccountState,
        aspects: set[Aspect],
    ) -> None:
        """Send the whole resource back as it was read, but for what differs (縮退)."""
        kept = {
            name: value
            for name, value in resource.items()
            if name.casefold() not in {"meta", "groups", "password"}
            and not (name.casefold() == "active" and Aspect.ENABLED in aspects)
            and not (name.casefold() == "roles" and Aspect.ROLES in aspects)
        }
        if Aspect.ENABLED in aspects:
            kept["active"] = bool(wanted.enabled)
        if Aspect.ROLES in aspects:
            kept["roles"] = _as_roles(wanted.roles)
        version = str(value(value(resource, "meta"), "version") or "")
        etag = version and self._negotiates(client, "etag")
        client.replace(
            kept,
            expected_status_codes=[200, 204],
            url=f"/Users/{quote(ext_id, safe='')}",
            headers={"If-Match": version} if etag else {},
        )

    def _pages(self, listing: Listing) -> Iterator[TargetAccount]:
        with self._fresh() as client, self._speaking():
            everybody = self._groups.everybody(client)
            start, seen = 1, 0
            while listing.declared is None or seen < listing.declared:
                answer = client.query(
                    User,
                    query_parameters={"startIndex": start, "count": PAGE},
                    expected_status_codes=[200],
                )
                users = values(answer, "Resources")
                total = value(answer, "totalResults")
                if not isinstance(total, int):
                    raise self._failure(None)
                listing.declared = total
                if not users and seen < total:
                    raise TargetUnreachable(
                        f"一覧が途中で切れました（{seen:,} / {total:,} 件）",
                        place=self._place,
                        remedy="自動でやり直します。続くときは対象の担当者に知らせてください",
                    )
                for user in users:
                    number = str(value(user, "id") or "")
                    state = self._state(user, everybody.get(number, frozenset()))
                    yield TargetAccount(
                        ext_id=number,
                        enabled=state.enabled,
                        roles=state.roles,
                        last_use_at=self._used(user),
                        use_known=bool(self._last_use),
                    )
                seen += len(users)
                start += len(users)

    def _lists(self, client: SyncSCIMClient) -> bool:
        """Return True where the server shows us users, or raise: only then is absence a fact."""
        answer = client.query(User, query_parameters={"count": 1}, expected_status_codes=[200])
        total = value(answer, "totalResults")
        if not isinstance(total, int) or total < 1:
            raise TargetRefused(
                "利用者が一人も見えません",
                place=self._place,
                remedy="対象の番地を確かめてください",
            )
        return True

    def _state(self, resource: Resource | None, held: frozenset[str] | None) -> AccountState:
        """Return the state of a user. held: the roles that are groups; None where not asked."""
        if resource is None:
            return ABSENT
        return AccountState(
            exists=True,
            enabled=active(resource),
            roles=roles(resource) if self._in_users else held,
        )

    def _used(self, resource: Resource) -> datetime | None:
        return moment(resource, self._last_use) if self._last_use else None

    def _negotiates(self, client: SyncSCIMClient, feature: str) -> bool:
        """Return whether the server says that it can. One that says nothing cannot."""
        if self._negotiated is None:
            try:
                answer = client.query(ServiceProviderConfig, expected_status_codes=[200])
            except SCIMClientException as error:
                if getattr(error.source, "status_code", None) not in SAYS_NOTHING:
                    raise
                answer = {}
            self._negotiated = answer if isinstance(answer, dict) else {}
        return value(value(self._negotiated, feature), "supported") is True

    def _negotiation(
        self, client: SyncSCIMClient
    ) -> dict[str, str | int | bool | list[str] | None]:
        return {name: self._negotiates(client, name) for name in ("patch", "bulk", "etag")}


def _as_roles(roles: frozenset[str] | None) -> list[dict[str, str]]:
    return [{"value": role} for role in sorted(roles or ())]
