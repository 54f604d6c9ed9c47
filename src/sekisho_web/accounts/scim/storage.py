"""Where the library keeps its documents: rows of one feed, locked while they are changed.

What a change means is said in `meaning`, in the same transaction: no document without its
meaning, and no meaning without its document.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NoReturn
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from scim2_models import (
    ForbiddenException,
    NotFoundException,
    PreconditionFailedException,
    Resource,
    ResourceType,
    ResponseParameters,
    SearchRequest,
    UniquenessException,
)
from scim2_models.path import CompareOperator, Comparison
from scim2_server.storage import ScimStorage, SearchPage

from sekisho.accounts.told import wish
from sekisho_web.accounts.models import Feed, ScimResource
from sekisho_web.accounts.scim import documents, meaning

ONCE = "scim_name_is_there_once"
EQUAL = {"username": "name", "externalid": "external_id", "id": "uid"}
MOST = 2_000  # documents read at a time where a filter must look at each


class Documents(ScimStorage):
    """The documents of `feed`, for one request.

    silent:   the request tells a whole document (PUT) and says nothing of appointments: they are
              not told, and not taken back. (An empty list says that there are none any more.)
    received: the request as it came.
    """

    def __init__(
        self, feed: Feed, *, now: datetime, silent: bool = False, received: bytes = b""
    ) -> None:
        self.feed, self.now, self.silent, self.received = feed, now, silent, received
        self._rows: dict[UUID, ScimResource] = {}

    @contextmanager
    def operation(self) -> Iterator[None]:
        """Enclose one request in one transaction."""
        try:
            with transaction.atomic():
                yield
        except IntegrityError as error:
            if ONCE in str(error):  # the same name, in the same moment
                _taken()
            raise

    def get(
        self,
        resource_type: ResourceType,
        resource_id: str,
        *,
        response_parameters: ResponseParameters[Any] | None = None,
    ) -> Resource[Any]:
        """Return a document. For a change it is locked, and comes without the word `active`.

        So a change that says `active` sets it anew, and one that does not leaves it out: what is
        absent stays absent, however a dialect writes its changes.
        """
        changing = response_parameters is None
        row = self._row(resource_type, resource_id, lock=changing)
        return documents.resource_of(row, active=not changing)

    def again(self, resource: Resource[Any]) -> Resource[Any]:
        """Return a document that was locked and not changed, with all its words."""
        row = self._rows.get(UUID(resource.id or ""))
        return resource if row is None else documents.resource_of(row)

    def search(
        self,
        resource_types: list[ResourceType],
        search_request: SearchRequest[Any],
        *,
        position: Any = None,  # noqa: ANN401, ARG002  # the library's signature
    ) -> SearchPage:
        """Return a page, in the order in which the documents came."""
        rows = self._live().filter(kind__in=[kind.name for kind in resource_types]).order_by("pk")
        start = search_request.start_index_0 or 0
        stop = start + (search_request.count or 0)
        wanted = search_request.filter
        if wanted is not None and (found := self._equal(rows, wanted)) is None:
            matching = [
                resource
                for row in rows.iterator(chunk_size=MOST)
                if wanted.match(resource := documents.resource_of(row))
            ]
            return SearchPage(len(matching), matching[start:stop])
        if wanted is not None and found is not None:
            rows = found
        return SearchPage(rows.count(), [documents.resource_of(row) for row in rows[start:stop]])

    def create(self, resource_type: ResourceType, resource: Resource[Any]) -> Resource[Any]:
        """Keep a new document, and let it mean what it means."""
        document, uid = documents.document_of(resource), uuid4()
        kind = str(resource_type.name)
        name = documents.name_key(kind, document, uid=uid)
        self._refuse_taken(kind, name)
        row = ScimResource(
            feed=self.feed,
            kind=kind,
            uid=uid,
            name=name,
            external_id=documents.external_id(document),
            document=document,
            created_at=self.now,
            modified_at=self.now,
        )
        row.save(force_insert=True)
        if kind == ScimResource.Kind.USER:
            self._mean(row, before={}, active=getattr(resource, "active", None))
        return documents.resource_of(row)

    def update(
        self,
        resource_type: ResourceType,
        resource: Resource[Any],
        *,
        expected_version: str | None = None,
    ) -> Resource[Any]:
        """Keep what a document has become, and let the difference mean what it means."""
        row = self._row(resource_type, str(resource.id), lock=True)
        _expect(row, expected_version)
        before, document = row.document, documents.document_of(resource)
        if "active" in before:
            document.setdefault("active", before["active"])
        if self.silent:
            documents.keep_untold(document, before)
        fields = ["document", "version", "modified_at"]
        name, external = (
            documents.name_key(row.kind, document, uid=row.uid),
            documents.external_id(document),
        )
        if name != row.name:
            self._refuse_taken(row.kind, name)
            fields.append("name")
        if external != row.external_id:
            fields.append("external_id")
        row.name, row.external_id = name, external
        row.document, row.version, row.modified_at = document, row.version + 1, self.now
        row.save(update_fields=fields)
        if row.kind == ScimResource.Kind.USER:
            self._mean(row, before=before, active=getattr(resource, "active", None))
        return documents.resource_of(row)

    def delete(
        self,
        resource_type: ResourceType,
        resource_id: str,
        *,
        expected_version: str | None = None,
    ) -> None:
        """Let a document be gone for its directory. The row stays."""
        row = self._row(resource_type, resource_id, lock=True)
        _expect(row, expected_version)
        row.deleted_at = self.now
        row.save(update_fields=["deleted_at"])
        if row.kind == ScimResource.Kind.USER:
            meaning.gone(row, feed=self.feed, received=self.received, now=self.now)

    def _mean(self, row: ScimResource, *, before: documents.Document, active: bool | None) -> None:
        """Let the kept document mean what it means.

        The row is written before: the ledger takes entries one by one, and whoever has made one
        lets all others wait until the commit.
        """
        kept = row.document, row.person_id
        meaning.told(
            row, before=before, wish=wish(active), feed=self.feed, received=self.received,
            now=self.now,
        )  # fmt: skip
        if kept != (row.document, row.person_id):
            row.save(update_fields=["document", "person"])

    def _live(self) -> QuerySet[ScimResource]:
        return ScimResource.objects.filter(feed=self.feed, deleted_at=None)

    def _row(self, resource_type: ResourceType, resource_id: str, *, lock: bool) -> ScimResource:
        try:
            uid = UUID(resource_id)
        except ValueError:
            _missing(resource_type, resource_id)
        if lock and uid in self._rows:
            return self._rows[uid]
        rows = ScimResource.objects.filter(kind=resource_type.name, uid=uid, deleted_at=None)
        row = (rows.select_for_update() if lock else rows).first()
        if row is None:
            _missing(resource_type, resource_id)
        if row.feed_id != self.feed.pk:
            self._stranger(row)
        if lock:
            self._rows[uid] = row
        return row

    def _stranger(self, row: ScimResource) -> NoReturn:
        """Refuse a document of another feed: 403 where it is of another company, else 404."""
        if row.feed.company_id != self.feed.company_id:
            raise ForbiddenException(detail="This person belongs to another company")
        raise NotFoundException(detail=f"{row.kind} '{row.uid}' not found")

    def _refuse_taken(self, kind: str, name: str) -> None:
        if self._live().filter(kind=kind, name=name).exists():
            _taken()

    def _equal(
        self,
        rows: QuerySet[ScimResource],
        wanted: Any,  # noqa: ANN401  # a filter of the library
    ) -> QuerySet[ScimResource] | None:
        """Return the rows that a comparison with one indexed word leaves; None for any other."""
        node = wanted.ast
        if (
            not isinstance(node, Comparison)
            or node.op != CompareOperator.eq
            or not isinstance(node.value, str)
            or node.attr_path.sub_attr
            or node.attr_path.uri
        ):
            return None
        column = EQUAL.get(node.attr_path.attr.lower())
        value: Any = node.value
        if "\0" in value:
            return rows.none()
        if column == "name":  # of users only: a group has none
            text = documents.lower(value) if value.strip() else ""
            return rows.filter(kind=ScimResource.Kind.USER, name=text)
        if column == "uid":
            try:
                value = UUID(value)
            except ValueError:
                return rows.none()
        return None if column is None else rows.filter(**{column: value})


def _expect(row: ScimResource, version: str | None) -> None:
    if version is not None and documents.version_of(row) != version:
        raise PreconditionFailedException


def _taken() -> NoReturn:
    raise UniquenessException(detail="This userName is taken, in whatever case it is written")


def _missing(resource_type: ResourceType, resource_id: str) -> NoReturn:
    raise NotFoundException(detail=f"{resource_type.name} {resource_id!r} not found")
