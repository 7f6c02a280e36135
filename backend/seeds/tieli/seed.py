"""Makes the city: places and people first, then a year of history, story by story in order of time.

One transaction holds all of it. Whoever stops it half-way finds an empty database and begins again; a city that is
only half there cannot be seen, and does not have to be recognised.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

import sqlalchemy as sa

from backend import clock
from backend.db import dialect, session, transaction
from backend.identity import credentials
from backend.outbox.models import Delivery, Notice
from backend.seeds import demo, kiosks, supermarket, volunteering
from backend.seeds.stories import Story, play
from backend.seeds.tieli import activities, named_activities, people, places, points, shops, teams, wishes
from backend.seeds.tieli.city import CASES, City
from backend.seeds.tieli.figures import FULL, Figures
from backend.supermarket.models import Item
from backend.supermarket.stock_models import Batch, Stocktake
from backend.volunteering.models import Activity

Tell = Callable[[str], object]
# What was told before is read by now.
UNREAD_DAYS = 7
FEW_STEPS = 100


def seed(figures: Figures = FULL, tell: Tell = print) -> City | None:
    """The whole city with these figures; None when there is one already. `tell` is given each line of progress."""
    password_hash = credentials.hashed(demo.password())
    with transaction():
        if demo.begun():
            return None
        tell("青松市: places, people and teams …")
        city = _begin(figures, password_hash, tell)
        tell("A year of wishes, activities and redemptions, month by month …")
        play(_stories(city), _progress(tell))
        _settle_notices()
        _note_the_demos(city)
    for line in register(city):
        tell(line)
    return city


def _begin(figures: Figures, password_hash: str, tell: Tell) -> City:
    found, who = demo.begin(password_hash)
    city = City(figures, found, who)
    places.build(city)
    # The rules before the hours that earn by them.
    play([points.rules(city)], _progress(_silent))
    supermarket.seed(found, who)
    volunteering.seed(found, who)
    people.populate(city)
    teams.found_all(city)
    kiosks.seed(found, [one.name for one in city.communities], who["admin"])
    tell(f"  {figures.people} people in {figures.communities} communities")
    return city


def _stories(city: City) -> list[Story]:
    named = named_activities.stories(city)
    besides = (named_activities.ACTIVITIES, named_activities.ACTIVITIES * named_activities.PEOPLE)
    return [
        points.brought_over(city),
        points.expired(city),
        *wishes.stories(city),
        *named,
        *activities.stories(city, besides),
        *shops.stories(city),
    ]


def _progress(tell: Tell) -> Callable[[datetime, int], None]:
    planned = 0

    def month_begins(moment: datetime, steps: int) -> None:
        nonlocal planned
        tell(f"  {moment.astimezone(clock.CHINA):%Y-%m}  {steps} steps so far")
        # PostgreSQL made its plans for empty tables: let it look again whenever there is twice as much.
        if dialect() == "postgresql" and steps > 2 * planned + FEW_STEPS:
            session.execute(sa.text("ANALYZE"))
            planned = steps

    return month_begins


def _silent(_line: str) -> None:
    pass


def _settle_notices() -> None:
    """A year of notices stays in the inboxes, read but for the last days; none of it is news for WeChat.

    Nobody of these people had subscribed, and that is how their messages ended, at the time.
    """
    ended = {"state": "not_subscribed", "finished_at": Delivery.next_at}
    session.execute(sa.update(Delivery).where(Delivery.state == "waiting").values(ended))
    past = Notice.created_at < clock.day_starts(clock.today() - timedelta(days=UNREAD_DAYS))
    session.execute(sa.update(Notice).where(past, Notice.read_at.is_(None)).values(read_at=Notice.created_at))


def _note_the_demos(city: City) -> None:
    """Cases that the demo's own files tell, and that this city has with them."""
    oil = sa.select(Batch.id).join(Item, Item.id == Batch.item_id)
    near = oil.where(Item.name.like("大豆油%"), Batch.on_hand > 0).order_by(Batch.best_before).limit(1)
    city.note("near_expiry", "batch", session.scalars(near).one())
    counted = sa.select(sa.func.min(Stocktake.id)).where(Stocktake.community_id == city.communities[0].id)
    city.note("stocktake", "stocktake", session.scalars(counted).one())
    starts = clock.day_starts(activities.march_5(city.today))
    spring = sa.select(Activity.id).where(Activity.starts_at >= starts).order_by(Activity.starts_at).limit(1)
    city.note("march_5", "activity", session.scalars(spring).one())


def register(city: City) -> list[str]:
    """The named cases, and where each is to be found."""
    lines = ["Cases to look at:"]
    for case, told in CASES.items():
        kind, row_id = city.cases[case]
        lines.append(f"  {kind} {row_id:<6} {told}")
    return lines
