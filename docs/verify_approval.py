# ruff: noqa: INP001, PTH123, SIM115, T201
"""Checks an exported approval with `cryptography` alone: python verify_approval.py FILE"""

import json
import sys
from base64 import urlsafe_b64encode
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

HOW = {256: (ec.ECDSA(SHA256()),), 2048: (padding.PKCS1v15(), SHA256()), 0: ()}  # 0: EdDSA
NAMES = ("authenticator_data", "client_data", "public_key", "signature")
raw = open(sys.argv[1], "rb").read()
file, answers = json.loads(raw), set()
again = json.dumps(file, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
wrong = ["not the bytes"] * (again != raw or file["type"] != "sekisho.approval/1")
policy, asked = json.loads(file["policy"]), json.loads(file["request"])
digests = ["sha256:" + sha256(file[n].encode()).hexdigest() for n in ("policy", "request")]
wrong += ["another policy"] * (asked["policy"] != digests[0])
users = {asked["asked_by"], *(one["person"] for one in asked["helpers"])}
for one in file["decisions"]:
    data, client, key, signature = (bytes.fromhex(one[name]) for name in NAMES)
    wrong += ["not the bytes"] * any(one[name] != one[name].lower() for name in NAMES)
    body, said, known = json.loads(one["body"]), json.loads(client), load_der_public_key(key)
    wrong += ["key"] * (key != known.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
    text = sha256(b"sekisho.decision/1\n" + one["body"].encode()).digest()
    wrong += ["another text"] * (said["challenge"] != urlsafe_b64encode(text).decode()[:43])
    page = said["type"], said["origin"].split("/")[2].split(":")[0], said.get("crossOrigin", False)
    wrong += ["another page"] * (page != ("webauthn.get", file["rp"], False))
    wrong += ["another site"] * (data[:32] != sha256(file["rp"].encode()).digest())
    wrong += ["no PIN, or a key that can be copied"] * (data[32] & 0b1101 != 0b0101)
    known.verify(signature, data + sha256(client).digest(), *HOW[getattr(known, "key_size", 0)])
    wrong += ["another request"] * (body["request"] != digests[1])
    wrong += ["one person twice, or the user"] * (body["by"]["person"] in users)
    users, answers = users | {body["by"]["person"]}, answers | {(body["party"], body["verdict"])}
    print(body["party"], body["verdict"], body["by"], body["valid"], sha256(key).hexdigest())
every = {(number, "approve") for number, _ in enumerate(policy["parties"], start=1)}
sys.exit(f"NOT VALID: {wrong}" if wrong else "NOT APPROVED" if answers != every else 0)
