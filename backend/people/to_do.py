"""What people have declared or asked and waits for whom, for the first screen."""

from backend.people import proxy_queries, queues
from backend.people.models import PartyRegistration, Residency
from backend.people.permissions import Permission
from backend.people.person_merges import PersonMerge
from backend.people.proxy_models import Proxy
from backend.to_do import Waits

TO_DO = (
    Waits("proxies_to_answer", proxy_queries.to_answer, Proxy.asked_at),
    Waits(
        "residencies_to_verify",
        queues.residencies_to_verify,
        Residency.declared_at,
        Permission.RESIDENCY_VERIFY,
    ),
    Waits(
        "party_registrations_to_verify",
        queues.party_registrations_to_verify,
        PartyRegistration.declared_at,
        Permission.PARTY_REGISTRATION_VERIFY,
    ),
    Waits("merges_to_decide", queues.merges_to_decide, PersonMerge.begun_at, Permission.PERSON_MERGE),
)
