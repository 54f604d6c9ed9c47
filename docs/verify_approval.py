# ruff: noqa: INP001, T201
"""Checks an exported approval with `cryptography` alone: python verify_approval.py FILE"""

import json
import sys
from base64 import urlsafe_b64encode
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

HOW = {256: (ec.ECDSA(SHA256()),), 2048: (padding.PKCS1v15(), SHA256()), 0: ()}  # 0: EdDSA
with open(sys.argv[1], "rb") as opened:  # noqa: PTH123
    raw = opened.read()
file, answers = json.loads(raw), set()
again = json.dumps(file, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
wrong = ["not the bytes"] * (again != raw or file["type"] != "sekisho.approval/1")
policy, asked = json.loads(file["policy"]), json.loads(file["request"])
digests = ["sha256:" + sha256(file[n].encode()).hexdigest() for n in ("policy", "request")]
wrong += ["another policy"] * (asked["policy"] != digests[0])
users = {asked["asked_by"], *(one["person"] for one in asked["helpers"])}
for one in file["decisions"]:
    data, client = bytes.fromhex(one["authenticator_data"]), bytes.fromhex(one["client_data"])
    body, said, key = json.loads(one["body"]), json.loads(client), bytes.fromhex(one["public_key"])
    text = sha256(b"sekisho.decision/1\n" + one["body"].encode()).digest()
    wrong += ["another text"] * (said["challenge"] != urlsafe_b64encode(text).decode()[:43])
    page = said["type"], said["origin"].split("/")[2].split(":")[0], said.get("crossOrigin", False)
    wrong += ["another page"] * (page != ("webauthn.get", file["rp"], False))
    wrong += ["another site"] * (data[:32] != sha256(file["rp"].encode()).digest())
    wrong += ["no PIN, or a key that can be copied"] * (data[32] & 0b1101 != 0b0101)
    (key, how), signature = (load_der_public_key(key), sha256(key)), bytes.fromhex(one["signature"])
    key.verify(signature, data + sha256(client).digest(), *HOW[getattr(key, "key_size", 0)])
    wrong += ["another request"] * (body["request"] != digests[1])
    wrong += ["one person twice, or the user"] * (body["by"]["person"] in users)
    users.add(body["by"]["person"])
    answers.add((body["party"], body["verdict"]))
    print(body["party"], body["verdict"], body["by"]["person"], body["valid"], how.hexdigest())
every = {(number, "approve") for number, _ in enumerate(policy["parties"], start=1)}
sys.exit(f"NOT VALID: {wrong}" if wrong else "NOT APPROVED" if answers != every else 0)
