"""Sekisho's links: how it reaches what is not its own. Values of the rules go up, nothing else."""

from pathlib import Path


def shipped(*parts: str) -> Path:
    """Return the path of content that ships with Sekisho: `shipped("tables", "属性.csv")`.

    In a checkout it stands at the top of the tree; in an installed wheel, inside this package.
    """
    inside = Path(__file__).parent / "shipped"
    return (inside if inside.is_dir() else Path(__file__).parents[2]).joinpath(*parts)
