"""Other systems, as records and as servers: a SCIM service in this process."""

import json
import re
from collections import Counter
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from time import sleep
from urllib.parse import parse_qs, unquote, urlsplit

import factory
from factory.django import DjangoModelFactory

from sekisho_web.accounts.models import Push, Target
from tests.factories.people import NOON, AccountFactory, PostFactory, SystemFactory


class TargetFactory(DjangoModelFactory[Target]):
    class Meta:
        model = Target
        django_get_or_create = ("system",)

    class Params:
        by_hand = factory.Trait(kind=Target.Kind.BY_HAND, address={})

    system = factory.SubFactory(SystemFactory)
    kind = Target.Kind.SCIM
    address = factory.LazyFunction(lambda: {"url": "http://127.0.0.1:9/scim/v2"})


class PushFactory(DjangoModelFactory[Push]):
    class Meta:
        model = Push

    account = factory.SubFactory(AccountFactory)
    target = factory.LazyAttribute(lambda o: TargetFactory(system=o.account.system))
    wanted = factory.LazyFunction(
        lambda: {"exists": True, "enabled": False, "roles": [], "expires_at": None, "since": None}
    )
    because = "停止（調査）"
    effective_at = planned_at = next_at = NOON


def living(**more):
    """Return an account that may be used at NOON: issued for a post that runs."""
    post = PostFactory()
    return AccountFactory(
        **{
            "person": post.person,
            "appointment": post.appointment,
            "works_for": post.appointment.works_for,
        }
        | more
    )


class ScimService:
    """Users of a small SCIM service. It remembers every request, and can be told to misbehave.

    delay:   seconds before each answer. down: it answers nothing but 503.
    pretends: it answers success to a change and keeps what it had.
    """

    def __init__(self, *, delay=0.0):
        self.delay, self.down, self.pretends = delay, False, False
        self.users = {}
        self.writes = Counter()
        self.asked = Counter()
        self.at_once = self.most_at_once = 0
        self.before_answer = None
        self._lock = Lock()

    def add(self, code, *, active=True, key=""):
        with self._lock:
            made = f"u{len(self.users) + 1}"
            self.users[made] = {
                "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
                "id": made, "userName": code, "active": active, "externalId": key,
            }  # fmt: skip
        return made

    def answer(self, method, path, query, body):
        """Return status and document."""
        self.asked[method] += 1
        if self.down:
            return 503, {}
        name = unquote(path.rsplit("/", 1)[-1])
        if name == "ServiceProviderConfig":
            return 200, {"patch": {"supported": True}, "bulk": {"supported": False}}
        if path.endswith("/Users"):
            return self._all(method, query, body)
        with self._lock:
            user = self.users.get(name)
            if user is None:
                schema = "urn:ietf:params:scim:api:messages:2.0:Error"
                return 404, {"schemas": [schema], "status": "404"}
            if method in {"PATCH", "PUT"}:
                self.writes[name] += 1
                if not self.pretends:
                    for one in body.get("Operations", ()):
                        user[one["path"]] = one["value"]
            return 200, dict(user)

    def _all(self, method, query, body):
        if method == "POST":
            made = self.add(body["userName"], key=body.get("externalId", ""))
            self.writes[made] += 1
            return 201, self.users[made]
        with self._lock:
            found = list(self.users.values())
        if said := query.get("filter"):
            login = re.search(r'userName eq "([^"]*)"', said[0])[1]
            found = [user for user in found if user["userName"].lower() == login.lower()]
        start, count = int(query.get("startIndex", ["1"])[0]), int(query.get("count", ["100"])[0])
        return 200, {"totalResults": len(found), "Resources": found[start - 1 : start - 1 + count]}

    @contextmanager
    def serving(self):
        """Yield the address while the service runs."""
        service = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def handle_any(self):
                with service._lock:
                    service.at_once += 1
                    service.most_at_once = max(service.most_at_once, service.at_once)
                try:
                    self._handle()
                finally:
                    with service._lock:
                        service.at_once -= 1

            def _handle(self):
                length = int(self.headers.get("Content-Length") or 0)
                body = json.loads(self.rfile.read(length)) if length else {}
                parts = urlsplit(self.path)
                if service.before_answer:
                    service.before_answer(self.command, parts.path)
                sleep(service.delay)
                status, said = service.answer(self.command, parts.path, parse_qs(parts.query), body)
                text = json.dumps(said).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/scim+json")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            do_GET = do_POST = do_PATCH = do_PUT = handle_any  # noqa: N815

            def log_message(self, *_):
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/scim/v2"
        finally:
            server.shutdown()
            server.server_close()
            thread.join()
