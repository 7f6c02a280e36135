"""A visitor without a browser: follows redirects, sends forms with their token, finds words on the page."""

import re

from flask import g, has_app_context

from backend.seeds import demo

_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
# White space beside these shows nowhere; how a template is laid out is no matter of a test.
_LAYOUT = re.compile(r"\s*(</?(?:table|thead|tbody|tr|th|td|ul|li|dl|dt|dd|noscript)\b[^>]*>)\s*")


def _forget_the_last_request():
    """A test keeps one application context open, in which requests would find what the one before them left."""
    if has_app_context():
        for name in list(g):
            g.pop(name)


class Visitor:
    """One cookie jar. With a name it has signed in as one of the cast."""

    def __init__(self, app, name=None):
        self.client = app.test_client()
        if name is not None:
            answer = self.sign_in(name)
            assert answer.status_code == 303, self.text(answer)

    def sign_in(self, name, password=None, next_page=None, **more):
        self.get("/console/sign-in")
        told = {"name": name, "password": password or demo.password(), **more}
        if next_page is not None:
            told["next"] = next_page
        return self.post("/console/sign-in", told)

    def get(self, path, **kwargs):
        _forget_the_last_request()
        answer = self.client.get(path, **kwargs)
        found = _TOKEN.search(answer.get_data(as_text=True)) if answer.mimetype == "text/html" else None
        if found:
            self.token = found[1]
        return answer

    def post(self, path, told=None, token=None, **kwargs):
        """Sends a form, with the token of the last page seen unless another one is given."""
        form = {"csrf_token": self.token if token is None else token, **(told or {})}
        _forget_the_last_request()
        return self.client.post(path, data=form, **kwargs)

    def page(self, path):
        """The text of a page that must be there."""
        answer = self.get(path)
        assert answer.status_code == 200, (path, answer.status_code, answer.headers.get("Location"))
        return self.text(answer)

    @staticmethod
    def text(answer):
        """What was answered; neighbouring cells and items stand side by side, however they were written."""
        return _LAYOUT.sub(r"\1", answer.get_data(as_text=True))
