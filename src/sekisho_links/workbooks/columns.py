"""The letters of columns: A, B … Z, AA."""


def letters(column: int) -> str:
    """Return the letters of a column; 1: A, 27: AA."""
    name = ""
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def number(name: str) -> int:
    """Return the number of a column; A: 1, AA: 27."""
    count = 0
    for letter in name:
        count = count * 26 + ord(letter) - ord("A") + 1
    return count
