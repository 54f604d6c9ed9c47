"""What a page says, as a reader sees it."""

import re

from bs4 import BeautifulSoup

_NUMBER = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TOKEN = re.compile(r'(name="csrf-token" content=|name="csrfmiddlewaretoken" value=)"[^"]*"')
_SEARCH = re.compile(r"\?c=[A-Za-z0-9_-]+")
_TIME = re.compile(r"あと\d+分")


def soup(response):
    return BeautifulSoup(response.content, "html.parser")


def cells(response):
    """Return label -> what stands in its cell, without the reasons, of a page with one record."""
    found = {}
    pairs = soup(response).select_one("main dl.pairs")
    for label, value in zip(pairs.find_all("dt"), pairs.find_all("dd"), strict=True):
        for why in value.find_all("details"):
            why.decompose()
        found[label.get_text(strip=True)] = " ".join(value.get_text(" ", strip=True).split())
    return found


def lines(response):
    """Return the rows of a list, as label -> text."""
    table = soup(response).select_one("main table")
    if table is None:
        return []
    return [
        {
            cell["data-label"]: " ".join(cell.get_text(" ", strip=True).split())
            for cell in row.find_all("td")
        }
        for row in table.select("tbody tr")
    ]


def links(response):
    """Return the addresses of the links of a page's main part, by their words."""
    main = soup(response).main
    return {link.get_text(strip=True).split("（")[0]: link["href"] for link in main.find_all("a")}


def same(response):
    """Return the bytes of a page without what differs from look to look by itself."""
    text = response.content.decode()
    for pattern, put in ((_NUMBER, "N"), (_TOKEN, "T"), (_SEARCH, "?c=S"), (_TIME, "あと0分")):
        text = pattern.sub(put, text)
    return text


def headers(response):
    """Return the headers without the number of the record."""
    return {
        name: value
        for name, value in response.headers.items()
        if name not in ("X-Sekisho-Record", "Set-Cookie")
    }
