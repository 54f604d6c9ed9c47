"""A simulated SCIM target: a real HTTP server in its own process, as slow and faulty as said.

`with simulated(users=9000, latency=0.05) as target:` gives where it is; users are u1 … u9000.
"""

import asyncio
import json
import socket
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

CORE = "urn:ietf:params:scim:schemas:core:2.0:"
MESSAGES = "urn:ietf:params:scim:api:messages:2.0:"
LATENCY = 0.05  # seconds before each answer
PATIENCE = 10.0
FAULTS = {
    "lies": "answers a change as asked, and changes nothing",
    "words": "writes booleans as text",
    "silent": "says nothing of active",
    "plain": "has no ServiceProviderConfig",
    "short": "lists half of its users and then none",
    "deaf": "ignores filters",
    "mixed_up": "gives another user than the one that was asked for",
    "no_roles": "refuses every change of roles",
    "busy": "has no time for anybody",
    "drips": "sends its answer a byte at a time",
    "floods": "never stops answering",
    "lost": "makes a user, and the answer never comes",
    "elsewhere": "is a web server without SCIM",
}


@dataclass
class Simulated:
    url: str

    def address(self, **words):
        """Return the address for `open_target("scim", …, "")`."""
        return {"url": self.url, "timeout": 5, **words}


@contextmanager
def simulated(*, users=0, latency=0.0, fault="", port=0):
    """Serve until the block ends. fault: one of FAULTS, or "" for none."""
    assert fault in {"", *FAULTS}
    port = port or _free()
    words = json.dumps({"port": port, "users": users, "latency": latency, "fault": fault})
    process = subprocess.Popen([sys.executable, __file__, words])
    try:
        until = time.monotonic() + PATIENCE
        while not _answers(port):
            assert process.poll() is None
            assert time.monotonic() < until
            time.sleep(0.02)
        yield Simulated(f"http://127.0.0.1:{port}/v2")
    finally:
        process.terminate()
        process.wait()


class Server:
    def __init__(self, *, users, latency, fault):
        self.users = {f"u{n}": _user(f"u{n}", {"userName": f"user{n}", "active": True})
                      for n in range(1, users + 1)}  # fmt: skip
        self.latency, self.fault, self.made = latency, fault, users

    async def serve(self, reader, writer):
        try:
            while line := await reader.readline():
                method, target, _ = line.decode().split(" ", 2)
                headers = {}
                while (head := await reader.readline()).strip():
                    name, _, value = head.decode().partition(":")
                    headers[name.lower()] = value.strip()
                sent = await reader.readexactly(int(headers.get("content-length", 0)))
                status, answer = self.answer(method, urlsplit(target), sent and json.loads(sent))
                if self.latency:
                    await asyncio.sleep(self.latency)
                if status is None:
                    break
                kind = "application/scim+json" if isinstance(answer, dict) else "text/html"
                text = json.dumps(answer) if isinstance(answer, dict) else answer
                body = text.encode()
                if self.fault in {"drips", "floods"}:
                    await self.go_on(writer)
                writer.write(
                    f"HTTP/1.1 {status} x\r\nContent-Type: {kind}\r\n"
                    f"Content-Length: {len(body)}\r\n\r\n".encode()
                    + body
                )
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def go_on(self, writer):
        writer.write(b"HTTP/1.1 200 x\r\nContent-Type: application/json\r\n\r\n")
        while True:
            writer.write(b" " if self.fault == "drips" else b" " * 1_000_000)
            await writer.drain()
            await asyncio.sleep(0.05 if self.fault == "drips" else 0)

    def answer(self, method, target, sent):
        if self.fault == "elsewhere":
            return 404, "<h1>not here</h1>"
        if self.fault == "busy":
            return 503, "<h1>later</h1>"
        path = [unquote(part) for part in target.path.removeprefix("/v2/").split("/")]
        if path == ["ServiceProviderConfig"]:
            if self.fault == "plain":
                return 404, "<h1>not here</h1>"
            return 200, _config()
        if path == ["Users"] and method == "GET":
            return 200, self.page(parse_qs(target.query))
        if path == ["Users"] and method == "POST":
            self.made += 1
            user = _user(f"u{self.made}", sent)
            self.users[user["id"]] = user
            return (None, {}) if self.fault == "lost" else (201, user)
        user = self.users.get(path[-1])
        if user is None:
            return 404, {"schemas": [f"{MESSAGES}Error"], "status": "404"}
        if method == "GET" and self.fault == "mixed_up":
            return 200, user | {"id": "somebody-else"}
        if method == "GET":
            return 200, self.said(user)
        changed = json.loads(json.dumps(user))
        if method == "PUT":
            changed = sent | {"id": user["id"], "meta": user["meta"]}
        elif method == "PATCH":
            for operation in sent["Operations"]:
                if operation["path"] == "roles" and self.fault == "no_roles":
                    return 400, {"schemas": [f"{MESSAGES}Error"], "status": "400"}
                if operation["op"] == "remove":
                    changed.pop(operation["path"], None)
                else:
                    changed[operation["path"]] = operation["value"]
        if self.fault != "lies":
            self.users[user["id"]] = changed
        return 200, self.said(changed)

    def page(self, query):
        users = list(self.users.values())
        if "filter" in query and self.fault != "deaf":
            name = query["filter"][0].split('"')[1]
            users = [one for one in users if one["userName"].lower() == name.lower()]
        start, size = int(query.get("startIndex", ["1"])[0]), int(query.get("count", ["100"])[0])
        shown = users[start - 1 : start - 1 + min(size, 100)]
        if self.fault == "short" and start > len(users) / 2:
            shown = []
        return {"schemas": [f"{MESSAGES}ListResponse"], "totalResults": len(users),
                "itemsPerPage": len(shown), "startIndex": start,
                "Resources": [self.said(one) for one in shown]}  # fmt: skip

    def said(self, user):
        said = dict(user)
        if self.fault == "words":
            said["active"] = str(user["active"])
        elif self.fault == "silent":
            said.pop("active")
        return said


def _user(number, sent):
    meta = {"resourceType": "User", "lastModified": "2027-03-31T03:00:00Z"}
    return {"schemas": [f"{CORE}User"], "active": True} | sent | {"id": number, "meta": meta}


def _config():
    yes, no = {"supported": True}, {"supported": False}
    return {"schemas": [f"{CORE}ServiceProviderConfig"], "patch": yes, "etag": no, "sort": no,
            "bulk": no | {"maxOperations": 0, "maxPayloadSize": 0}, "changePassword": no,
            "filter": yes | {"maxResults": 100}, "authenticationSchemes": []}  # fmt: skip


def _free():
    with closing(socket.socket()) as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def _answers(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=0.5).close()
    except OSError:
        return False
    return True


async def main(*, port, **words):
    server = await asyncio.start_server(Server(**words).serve, "127.0.0.1", port, backlog=1024)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(**json.loads(sys.argv[1])))
