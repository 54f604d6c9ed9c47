"""Where a target is: settings read once, strictly, so that a misspelt word is never a default."""

from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from sekisho.errors import SekishoError

TIMEOUT = 10.0  # seconds, for each step of reaching a target
ENCRYPTED = {"https", "ldaps"}


class AddressUnusable(SekishoError):
    """The address of a target lacks something, has a word too many, or is not safe."""


class Address:
    """The settings of one target. Every word is taken once; `finish` refuses those left over."""

    def __init__(self, words: Mapping[str, object], *, place: str) -> None:
        self._words = dict(words)
        self.place = place

    def text(self, name: str, default: str | None = None) -> str:
        word = self._words.pop(name, default)
        if not isinstance(word, str) or (default is None and not word.strip()):
            raise self._unusable(f"「{name}」がありません", "文字で書いてください")
        return word

    def has(self, name: str) -> bool:
        return bool(self._words.get(name))

    def number(self, name: str, default: float) -> float:
        word = self._words.pop(name, default)
        if isinstance(word, bool) or not isinstance(word, int | float) or word <= 0:
            raise self._unusable(f"「{name}」が正の数ではありません", "正の数で書いてください")
        return float(word)

    def flag(self, name: str, *, default: bool) -> bool:
        word = self._words.pop(name, default)
        if not isinstance(word, bool):
            raise self._unusable(
                f"「{name}」が真偽ではありません", "true か false で書いてください"
            )
        return word

    def table(self, name: str) -> dict[str, str]:
        """Return a table of words; empty where it is not there."""
        words = self._words.pop(name, {})
        if not isinstance(words, Mapping) or not all(
            isinstance(word, str) for pair in words.items() for word in pair
        ):
            raise self._unusable(f"「{name}」が語の表ではありません", "語と語を並べてください")
        return {str(key): str(word) for key, word in words.items()}

    def file(self, name: str) -> Path | None:
        """Return a file that is there, or None where none is named."""
        if not (word := self.text(name, "")):
            return None
        if not (file := Path(word)).is_file():
            raise self._unusable(f"「{name}」のファイルがありません", "置き場所を確かめてください")
        return file

    def url(self, name: str, *schemes: str, protected: bool = False) -> str:
        """Return an address on the network.

        protected: it is encrypted later (StartTLS). What is not, may only be this machine itself:
        a secret never crosses a network in the clear.
        """
        word = self.text(name)
        parts = urlsplit(word)
        if parts.scheme not in schemes or not parts.hostname or parts.username or parts.password:
            raise self._unusable(
                f"「{name}」の形が違います", f"{'、'.join(schemes)} で始まる番地を書いてください"
            )
        if parts.scheme not in ENCRYPTED and not protected and not _here(parts.hostname):
            raise self._unusable(
                f"「{name}」が暗号化されていません",
                "https、ldaps、または start_tls を使ってください",
            )
        return word

    def finish(self) -> None:
        if self._words:
            raise self._unusable(
                f"知らない設定があります: {'、'.join(sorted(self._words))}", "綴りを直してください"
            )

    def _unusable(self, problem: str, remedy: str) -> AddressUnusable:
        return AddressUnusable(problem, place=self.place, remedy=remedy)


def _here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
