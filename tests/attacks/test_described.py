"""What the OpenAPI document describes, asked for in ways that it allows and in ways that it does not.

Schemathesis draws the requests from the document. Whatever comes, nothing of ours breaks, and each answer is one
that the document describes. Short here; `--described N` draws N requests of each operation for each person.
"""

import json
import warnings
from dataclasses import replace

import pytest
import requests
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from backend import config
from tests.api.conftest import shared_town  # noqa: F401 - a fixture
from tests.attacks import matrix
from tests.conformance import checked_told

pytestmark = pytest.mark.slow

SHORT = 2
ROLES = ("owner", "second", "keeper")
LIMITLESS = "1000000/minute"


def seeded(examples):
    """So many requests, the same in every run."""
    return settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


@pytest.fixture(scope="module")
def city(shared_town, running_wechat):  # noqa: F811
    """A thing of each kind and everyone signed in; they may ask as often as the test likes."""
    running_wechat.memory.reset()
    things, told = matrix.Things(shared_town), config.settings()
    limits = [name for name in vars(told) if name.startswith("rate_limit")]
    counts = [name for name in vars(told) if name.endswith(("_per_day", "_per_minute"))]
    free = {**dict.fromkeys(limits, LIMITLESS), **dict.fromkeys(counts, 10**6)}
    config.use(replace(told, wrong_code_limit=10**6, **free))
    yield things
    config.use(told)


@pytest.fixture(scope="module")
def described(city):
    """The operations of the API, as Schemathesis reads them out of the document."""
    with warnings.catch_warnings():
        # It and what it brings along warn of themselves.
        warnings.simplefilter("ignore")
        import schemathesis

        document = matrix.documentation.document(city.town.app)
        found = schemathesis.openapi.from_dict(json.loads(json.dumps(document)))
        every = [one.ok() for one in found.get_all_operations()]
    return [
        one
        for one in every
        if one.path.startswith("/api/") and f"{one.method.upper()} {one.path}" not in matrix.ENDING
    ]


def drawn(operation, city):
    """Requests of this operation, as the document wants them and otherwise, on things that are there."""
    from schemathesis import GenerationMode

    ours = {name: city.ids[name] for name in _names(operation.path) if name in city.ids} or None
    return st.one_of(
        *(operation.as_strategy(mode, path_parameters=ours) for mode in GenerationMode),
        operation.as_strategy(GenerationMode.NEGATIVE),
    )


def _names(path):
    return [part.split("}")[0] for part in path.split("{")[1:]]


def asked(case, phone):
    """Sends the request as this person, and holds the answer against the document."""
    told = case.as_transport_kwargs(base_url="http://localhost")
    try:
        ready = requests.Request(**{**told, "headers": {**told["headers"], **phone.headers}}).prepare()
    except (requests.RequestException, ValueError):
        # What no client can send.
        assume(False)
    answer = phone.client.open(
        ready.path_url, method=ready.method, headers=dict(ready.headers), data=ready.body
    )
    assert answer.status_code < 500, (answer.status_code, answer.get_data(as_text=True)[:300])
    if answer.is_json:
        checked_told(phone.app, ready.method, ready.path_url.split("?")[0], answer.status_code, answer.json)
    answer.close()


def test_every_operation_takes_or_refuses_whatever_may_be_asked_of_it(city, described, request):
    examples = request.config.getoption("--described") or SHORT
    assert len(described) > 150
    for operation in described:

        @seeded(examples)
        @given(drawn(operation, city), st.sampled_from(ROLES))
        def check(case, role):
            asked(case, city.phones[role])

        check()
