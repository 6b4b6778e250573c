"""The outlets of a running service, and what their pictures say."""

from xml.etree.ElementTree import fromstring

OUTLETS = ("w/{}.svg", "w/{}.png", "w/{}.html", "w/{}.json", "w/{}.txt", "badge/{}.json")
TYPES = {
    "w/{}.svg": "image/svg+xml",
    "w/{}.png": "image/png",
    "w/{}.html": "text/html; charset=utf-8",
    "w/{}.json": "application/json",
    "w/{}.txt": "text/plain; charset=utf-8",
    "badge/{}.json": "application/json",
}


def got(service, outlet: str, name: str, query: str = "", **headers: str):
    return service.http.get(f"/{outlet.format(name)}?{query}", headers=headers)


def words_of(svg: str) -> str:
    return " ".join(
        "".join(text.itertext()) for text in fromstring(svg).iter("{http://www.w3.org/2000/svg}text")
    )
