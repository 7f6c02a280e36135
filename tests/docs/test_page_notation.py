"""Negative controls: a page that says anything wrong, or is written otherwise than its readers are told, fails."""

import pytest

from scripts.pages import Answer, BadPage, Play, calls

GOOD = """# A page

```http
ning POST /wishes/{{wish}}/submit
Idempotency-Key: {{fresh}}

{"title": "{{title}}", "day": "{{today+7d}}"}

→ 201
Idempotency-Replayed: true

{"id": "@next", "state": "submitted", "list": [{"name": "b", "id": "@b"}], "claim": null, "note": "…"}
```
"""
TOLD = {
    "id": 18,
    "state": "submitted",
    "list": [{"name": "a", "id": 1}, {"name": "b", "id": 2}],
    "claim": None,
    "note": "long",
    "more": True,
}


@pytest.fixture
def write(tmp_path):
    def writing(text):
        page = tmp_path / "page.md"
        page.write_text(text, encoding="utf-8")
        return page

    return writing


def play(page, told=TOLD, status=201, error=None, headers=None):
    asked = []

    def send(method, path, sent_headers, body):
        asked.append((method, path, sent_headers, body))
        if path == "/sessions":
            return Answer(201, {}, {"data": {"token": "t"}})
        return Answer(status, headers or {"Idempotency-Replayed": "true"}, {"data": told, "error": error})

    one = Play(send)
    one.values.update(wish=17, title="灯")
    list(one.page(page))
    return one, asked


def test_a_call_is_sent_as_written_and_its_values_are_kept(write):
    one, asked = play(write(GOOD))
    (_, (method, path, headers, body)) = asked
    assert (method, path, body["title"], headers["Authorization"]) == (
        "POST",
        "/wishes/17/submit",
        "灯",
        "Bearer t",
    )
    assert len(headers["Idempotency-Key"]) >= 8
    assert (one.values["next"], one.values["b"]) == (18, 2)


@pytest.mark.parametrize(
    "answer",
    [
        {"told": {**TOLD, "state": "draft"}},
        {"told": {key: value for key, value in TOLD.items() if key != "note"}},
        {"told": {**TOLD, "claim": {}}},
        {"told": {**TOLD, "id": None}},
        {"told": {**TOLD, "list": [{"name": "a", "id": 1}]}},
        {"status": 200},
        {"status": 409, "error": "WISH_NOT_OPEN"},
        {"headers": {"Other": "true"}},
    ],
)
def test_an_answer_that_breaks_the_pages_promise_fails(write, answer):
    with pytest.raises(BadPage):
        play(write(GOOD), **answer)


@pytest.mark.parametrize(
    ("there", "instead"),
    [
        ("ning POST", "POST"),
        ("ning POST", "ning PATCH"),
        ("/wishes", "wishes"),
        ("→ 201", "→ fine"),
        ("→ 201", "→ 409"),
        ("→ 201", "-> 201"),
        ('"…"}', '"…"'),
        ("{{wish}}", "{{nobody}}"),
        ("```\n", "``\n"),
        ("```http", "```http once"),
    ],
)
def test_a_block_that_is_not_written_as_told_fails(write, there, instead):
    with pytest.raises(BadPage):
        play(write(GOOD.replace(there, instead)))


def test_an_empty_list_and_a_truth_are_no_numbers(write):
    page = write('```http\n- GET /x\n\n→ 200\n{"list": [], "n": 1}\n```\n')
    assert len(calls(page)) == 1
    play(page, told={"list": [], "n": 1}, status=200)
    with pytest.raises(BadPage):
        play(page, told={"list": [1], "n": 1}, status=200)
    with pytest.raises(BadPage):
        play(page, told={"list": [], "n": True}, status=200)
