"""Whatever happens, in whatever order: no place is free while somebody waits who could take it.

Beside the product stands a second opinion in plain Python, which reads the rows and judges who could take a place.
"""

import contextlib
from contextlib import contextmanager
from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from backend import clock
from backend.db import session, transaction
from backend.errors import Refused
from backend.people.models import Person, Residency
from backend.rights import freed, suspending
from backend.volunteering import clashes, leaving
from backend.volunteering.actions import activities, clash_leaves, deadlines, ending, sign_ups, waitlist
from backend.volunteering.models import Activity, ClashLeave, SignUp
from backend.volunteering.session_models import ActivitySession
from tests.volunteering import cast
from tests.volunteering.cast import STARTS

# In a run of the whole suite; `--walks 300` takes minutes.
WALKS = 5
STEPS = 40
PEOPLE, ACTIVITIES = 6, 4
# One in two sessions, and one that lies between them.
COURSE, BETWEEN = 2, 1
# Of each, but of the course: when it begins, and how long it is.
HOURS = ((0, 2), (1, 1), None, (0, 2))
NEVER = STARTS + timedelta(days=999)
who, what = st.integers(0, PEOPLE - 1), st.integers(0, ACTIVITIES - 1)
HOLDING = ("confirmed", "checked_in", "checked_out", "unverified", "certified")


class Places(RuleBasedStateMachine):
    """Some people, some activities about the same hour with one place or two, one of them in two sessions with an hour
    between them, and everything that can be done."""

    town = None

    def __init__(self):
        super().__init__()
        town = self.town
        self.now, self.seated, self.ordered = STARTS - timedelta(days=1), set(), True
        self.people = cast.newcomers(town, PEOPLE)
        with transaction():
            homes = {"community_id": town.songtao, "state": "declared", "declared_at": clock.now()}
            session.add_all(Residency(person_id=one.id, **homes) for one in self.people)
        self.wulan, self.tong = cast.by(town, "wulan"), cast.by(town, "tong")
        self.activities = [self.planned(n) for n in range(ACTIVITIES)]

    def planned(self, n):
        if n == COURSE:
            return cast.published(self.town, sessions=in_two(STARTS, 1), capacity=1)
        start, length = HOURS[n]
        start = STARTS + timedelta(hours=start)
        return cast.published(
            self.town, starts_at=start, ends_at=start + timedelta(hours=length), capacity=1 + n // 3
        )

    @initialize(
        hours=st.sampled_from([24, 24, 1]), first=st.lists(st.tuples(who, what), min_size=10, max_size=20)
    )
    def begin(self, hours, first):
        """With some lists filled; and some walks so late that people come."""
        self.now, self.ordered = STARTS - timedelta(hours=hours), False
        for n, a in first:
            self.sign_up(n, [a])

    @contextmanager
    def step(self):
        with clock.frozen_at(self.now), transaction():
            yield

    def tried(self, verb, *given, **facts):
        with contextlib.suppress(Refused), self.step():
            verb(*given, **facts)

    @rule(n=who, wanted=st.lists(what, min_size=1, max_size=4, unique=True))
    def sign_up(self, n, wanted):
        for activity in wanted:
            self.tried(sign_ups.sign_up, self.activities[activity], actor=self.people[n])

    @rule(n=who, a=what, excused=st.booleans())
    def cancel(self, n, a, excused):
        """One of those who signed up gives it back, or is excused."""
        self.give_back(n, a, excused, ("confirmed", "waitlisted"))

    @rule(n=who, a=what)
    def free_a_place(self, n, a):
        self.give_back(n, a, False, ("confirmed",))

    def give_back(self, n, a, excused, among):
        there = [one for one, state in cast.sign_ups_of(self.activities[a]) if state in among]
        session.rollback()
        if there and excused:
            given = self.activities[a], there[n % len(there)], "家里有事"
            self.tried(sign_ups.excuse, *given, actor=self.wulan)
        elif there:
            self.tried(sign_ups.cancel, self.activities[a], actor=cast.By(there[n % len(there)]))

    @rule(a=what, hours=st.integers(0, 4), length=st.integers(1, 3))
    def move(self, a, hours, length):
        """Of two sessions both move along."""
        start = STARTS + timedelta(hours=hours)
        times = {"starts_at": start, "ends_at": start + timedelta(hours=length)}
        self.tried(activities.edit, self.activities[a], times, actor=self.wulan)

    @rule(a=what, hours=st.integers(0, 4), length=st.integers(1, 2), twice=st.booleans())
    def hold_in_sessions(self, a, hours, length, twice):
        """Made a course of two sessions, or what is to come of one moves; or no course any more."""
        start = STARTS + timedelta(hours=hours)
        parts = in_two(start, length) if twice else []
        times = {"sessions": parts, "starts_at": start, "ends_at": start + timedelta(hours=length)}
        self.tried(activities.edit, self.activities[a], times, actor=self.wulan)

    @rule(a=what, capacity=st.integers(1, 3), age=st.sampled_from([None, None, 18, 60]))
    def change(self, a, capacity, age):
        content = {"capacity": capacity, "min_age": age}
        self.tried(activities.edit, self.activities[a], content, actor=self.wulan)

    @rule(a=what, ended=st.booleans())
    def call_off(self, a, ended):
        """Another one takes its place in the list of what there is."""
        verb, more = (ending.end, ()) if ended else (activities.cancel, ("下大雪",))
        self.tried(verb, self.activities[a], *more, actor=self.wulan)
        if cast.activity(self.activities[a]).state != "published":
            self.activities[a] = self.planned(a)

    @rule(n=who, a=what, left=st.booleans())
    def attend(self, n, a, left):
        with contextlib.suppress(Refused), clock.frozen_at(self.now):
            (cast.check_out if left else cast.check_in)(self.activities[a], self.people[n])

    @rule(n=who, hours=st.sampled_from([1, 30]), over=st.booleans())
    def suspend(self, n, hours, over):
        if over:
            self.tried(suspending.resume, self.people[n].id, "已改正", actor=self.tong)
        else:
            until = self.now + timedelta(hours=hours)
            self.tried(suspending.suspend, self.people[n].id, "发广告", until, actor=self.tong)

    @rule(n=who, a=what, year=st.sampled_from([1950, 1990, 2012, None, None]))
    def happen_otherwise(self, n, a, year):
        """What comes now and then: an age is put right, a clash is allowed, somebody leaves for good."""
        if year is not None:
            self.tried(freed.update_profile, {"birth_year": year}, actor=self.people[n])
        elif n % 2:
            given = self.activities[a], self.people[n].id, "两处很近"
            self.tried(clash_leaves.allow, *given, actor=self.wulan)
        else:
            self.leave(n)

    def leave(self, n):
        """What volunteering does for an account that is cancelled; the rest of that would take most of the time."""
        person = self.people[n]
        with self.step():
            leaving.STEPS[0].hold(person.id)
            leaving.STEPS[0].close(person.id, actor=person)

    @rule(minutes=st.sampled_from([5, 60, 60, 600]))
    def time_passes(self, minutes):
        self.now += timedelta(minutes=minutes)
        # Several people's time is up at once: the jobs take them one by one, in no order.
        self.ordered = False
        for job in (*suspending.JOBS, *deadlines.JOBS):
            with clock.frozen_at(self.now):
                due = list(job.due())
            for item in due:
                self.tried(job.work, item)

    @invariant()
    def no_place_is_free_while_somebody_could_take_it(self):
        session.rollback()
        opinion = Opinion(self.now, [one.id for one in self.people])
        assert opinion.wrong(self.seated if self.ordered else None) == []
        self.seated, self.ordered = opinion.seated(), True


def in_two(start, length):
    """Two sessions of so many hours, and an hour between them."""
    second = start + timedelta(hours=length + 1)
    return [(one, one + timedelta(hours=length)) for one in (start, second)]


class Opinion:
    """What the rows say to who does not know how the product asks."""

    def __init__(self, now, people):
        """Of these people alone: a walk that failed is walked once more beside what it left."""
        self.now = now
        with clock.frozen_at(now):
            rows = session.execute(
                sa.select(SignUp, Activity, Person)
                .join(Activity, Activity.id == SignUp.activity_id)
                .join(Person, Person.id == SignUp.person_id)
                .where(SignUp.person_id.in_(people))
                .order_by(SignUp.id),
                execution_options={"populate_existing": True},
            )
            self.rows = [tuple(row) for row in rows]
            self.parts = {}
            for one in session.scalars(sa.select(ActivitySession).order_by(ActivitySession.number)):
                self.parts.setdefault(one.activity_id, []).append((one.starts_at, one.ends_at))
            self.leaves = {
                tuple(row) for row in session.execute(sa.select(ClashLeave.activity_id, ClashLeave.person_id))
            }

    def seated(self):
        return {row.id for row, _, _ in self.rows if row.state in (*HOLDING, "no_show")}

    def wrong(self, before):
        """Sentences; `before` are the sign-ups that had a place then, None where the order may not be judged."""
        seats = {}
        for row, activity, _ in self.rows:
            seats[activity.id] = seats.get(activity.id, 0) + (row.id in self.seated())
        told = [
            f"{one} has more people than places" for one, taken in seats.items() if taken > self.places(one)
        ]
        newest = {}
        for row, activity, _ in self.rows:
            if before is not None and row.id in self.seated() - before:
                newest[activity.id] = row.id
        for row, activity, person in self.rows:
            if row.state != "waitlisted" or not self.able(row, activity, person):
                continue
            if seats[activity.id] < activity.capacity:
                told.append(f"{activity.id} has a place that {person.id} could take")
            if row.id < newest.get(activity.id, 0):
                told.append(f"{person.id} was passed in {activity.id}")
        return told

    def places(self, activity_id):
        return next(activity.capacity for _, activity, _ in self.rows if activity.id == activity_id)

    def able(self, row, activity, person):
        if activity.state != "published" or activity.ends_at <= self.now or person.state != "active":
            return False
        if person.suspended_until is not None and person.suspended_until > self.now:
            return False
        if activity.min_age and (person.birth_year is None or 2027 - person.birth_year < activity.min_age):
            return False
        return (activity.id, person.id) in self.leaves or not any(
            other.person_id == person.id and other.state in HOLDING and self.meet(other, there, activity)
            for other, there, _ in self.rows
        )

    def meet(self, other, there, activity):
        if there.id == activity.id or there.state not in ("published", "ended", "certified"):
            return False
        return any(
            starts < our_end and self.held_until(other, there, starts, ends) > max(our_start, self.now)
            for starts, ends in self.times(there)
            for our_start, our_end in self.times(activity)
            if our_end > self.now
        )

    def times(self, activity):
        return self.parts.get(activity.id) or [(activity.starts_at, activity.ends_at)]

    def held_until(self, other, there, starts, ends):
        """Who left one session early comes to the next one all the same."""
        left = other.checked_out_at
        gone = left if left and (left > starts or there.id not in self.parts) else NEVER
        return min(ends, there.ended_at or NEVER, gone)


def _walk(town, examples):
    Places.town = town
    run_state_machine_as_test(
        Places,
        settings=settings(
            max_examples=examples,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            # A failure is told as it was met: to make it small would take minutes.
            phases=[Phase.generate],
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_no_place_is_free_while_somebody_who_waits_could_take_it(town, request):
    _walk(town, request.config.getoption("--walks") or WALKS)


def test_the_walk_sees_who_is_passed_for_the_hour_between_two_sessions(town, monkeypatch):
    """Negative control: the time between the sessions of a course counts as its own."""
    Places.town = town
    walk = Places()
    for person in (1, 0):
        walk.sign_up(person, [COURSE])
    walk.sign_up(0, [BETWEEN])
    walk.no_place_is_free_while_somebody_could_take_it()
    monkeypatch.setattr(clashes, "_of", lambda _session, whole: whole)
    walk.cancel(0, COURSE, False)
    with pytest.raises(AssertionError, match="has a place that"):
        walk.no_place_is_free_while_somebody_could_take_it()


def test_the_walk_sees_a_list_that_is_not_asked(town, monkeypatch):
    """Negative control: who becomes free is asked nowhere else."""
    Places.town = town
    walk = Places()
    for person, activity in ((0, 0), (1, 0), (1, 3)):
        walk.sign_up(person, [activity])
    walk.cancel(0, 0, False)
    walk.no_place_is_free_while_somebody_could_take_it()
    monkeypatch.setattr(waitlist, "_waited_for", lambda *_: set())
    walk.cancel(0, 3, False)
    with pytest.raises(AssertionError, match="has a place that"):
        walk.no_place_is_free_while_somebody_could_take_it()
