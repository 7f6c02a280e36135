"""All pages of the console that its people reach by links, one of each kind, with the forms and keys on them."""

from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

# Of each kind of page so many are opened: things in different states show different forms.
OF_EACH_KIND = 20
# What a link does beside showing a page.
_FILES = ("/static/", "/files/", ".xlsx", ".csv", ".pdf", ".png")


class Page(HTMLParser):
    """What stands on a page: its links, its keys with the words beside them, and its fields as attributes."""

    def __init__(self, text):
        super().__init__()
        self.links, self.keys, self.fields = [], [], []
        self._key, self._select, self._option, self._sent = None, None, None, False
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        told = dict(attributes)
        if tag == "a" and told.get("href"):
            self.links.append(told["href"])
        if "data-key" in told:
            self._key = [told["data-key"], tag, ""]
        if tag == "form":
            self._sent = told.get("method", "").lower() == "post"
        if tag == "option" and self._select is not None:
            self._option = {"words": "", **told}
            self._select["options"].append(self._option)
        if tag in ("input", "select", "textarea"):
            self.fields.append({"tag": tag, "sent": self._sent, "options": [], **told})
            self._select = self.fields[-1] if tag == "select" else None

    def handle_data(self, data):
        if self._key:
            self._key[2] += data
        if self._option is not None:
            self._option["words"] += data

    def handle_endtag(self, tag):
        if self._key and tag == self._key[1]:
            self.keys.append((self._key[0], tag, " ".join(self._key[2].split())))
            self._key = None
        if tag == "option":
            self._option = None
        if tag == "select":
            self._select = None
        if tag == "form":
            self._sent = False


def pages_of(visitor, app, extra=()):
    """Each page that this person reaches from today's list: (its kind, its address, what stands on it)."""
    map_ = app.url_map.bind("localhost")
    waiting, met, kinds = ["/console/", *extra], set(), {}
    while waiting:
        address = waiting.pop(0)
        parts = urlsplit(address)
        if address in met or not parts.path.startswith("/console/") or any(one in address for one in _FILES):
            continue
        met.add(address)
        kind = _kind(map_, parts.path)
        if kind is None or kinds.get(kind, 0) >= OF_EACH_KIND:
            continue
        answer = visitor.get(address)
        if answer.status_code != 200 or answer.mimetype != "text/html":
            continue
        kinds[kind] = kinds.get(kind, 0) + 1
        found = Page(answer.get_data(as_text=True))
        yield kind, address, found
        waiting += [urljoin(address, link) for link in found.links]


def _kind(map_, path):
    try:
        return map_.match(path, method="GET")[0]
    except Exception:  # a link that only takes forms, or a redirect
        return None
