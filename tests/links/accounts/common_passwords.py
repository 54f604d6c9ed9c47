"""Of what the list of known passwords that ships is made; run as a module, it makes it anew."""

import gzip
from pathlib import Path

from django.contrib.auth.password_validation import CommonPasswordValidator

from sekisho_links import shipped
from sekisho_links.accounts.breached import SHIPPED, packed


def words():
    path = Path(CommonPasswordValidator().DEFAULT_PASSWORD_LIST_PATH)
    common = gzip.decompress(path.read_bytes())
    ours = shipped("content", "passwords", "own_words.txt").read_text(encoding="utf-8")
    return [*common.decode().split("\n"), *ours.split("\n")]


def made():
    return packed(word for word in words() if word)


if __name__ == "__main__":
    shipped(*SHIPPED).write_bytes(made())
