"""What the demo city shows of volunteering: every state, and nobody's points but the promised ones."""

import sqlalchemy as sa

from backend.db import session
from backend.ledger import queries as balances
from backend.people.models import Team
from backend.volunteering.models import Activity, ActivityState, SignUp
from backend.volunteering.record_models import Backfill, Correction


def counted(column):
    return dict(session.execute(sa.select(column, sa.func.count()).group_by(column)).all())


def test_six_teams_of_every_kind_and_forty_activities_in_every_state(town):
    kinds = counted(Team.kind)
    assert (set(kinds), sum(kinds.values())) == ({"community", "unit", "social"}, 6)
    states = counted(Activity.state)
    assert (set(states), sum(states.values())) == (set(ActivityState), 40)
    assert set(counted(Activity.kind)) == {"volunteer_service", "meeting", "study"}
    times = sa.select(sa.func.min(Activity.starts_at), sa.func.max(Activity.starts_at))
    first, last = session.execute(times).one()
    assert (last - first).days > 350


def test_a_waitlist_a_forgotten_check_out_backfills_and_a_correction(town):
    assert {"confirmed", "waitlisted", "certified", "checked_out", "unverified", "cancelled"} <= set(
        counted(SignUp.state)
    )
    assert set(counted(Backfill.state)) == {"requested", "approved"}
    assert set(counted(Correction.state)) == {"requested"}


def test_the_cast_keeps_its_points(town):
    points = {name: balances.balance(town.person(name).id)["available"] for name in ("wulan", "ning")}
    assert points == {"wulan": 120, "ning": 40}
