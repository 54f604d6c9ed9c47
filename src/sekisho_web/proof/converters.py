"""How a version stands in an address: its hash, or the beginning of it."""


class VersionName:
    """Twelve to all characters of a hash; an id of an invariant is never that long."""

    regex = "[0-9a-f]{12,64}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value
