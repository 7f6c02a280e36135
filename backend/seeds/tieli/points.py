"""What the city decided about points over the year: two new versions of a rule, and a year that came to its end."""

from datetime import date

from backend import clock
from backend.ledger import actions as ledger
from backend.points import actions as points
from backend.seeds.stories import Story, at
from backend.seeds.tieli.city import City

# Who still had points of the paper book when their last day came.
HOLDERS, LEFT = 12, 9
CHANGED = ((260, 3), (130, 2))


def rules(city: City) -> Story:
    """服务时长: 2 points an activity by the default, 3 for a trial, and 2 again; each version stays on its points."""
    for days, cap in CHANGED:
        yield city.ago(days, 9)
        changed = points.change_rule(
            "service_hour",
            None,
            points=1,
            cap_per_activity=cap,
            cap_per_day=None,
            effective_from=clock.today(),
            actor=city.who["admin"],
        )
        city.note("rules", "earning_rule", changed.id)


def brought_over(city: City) -> Story:
    """Points that were written into the paper book two years ago, and so ended with the last one."""
    yield at(date(city.today.year - 2, 12, 30))
    for number, person in enumerate(city.communities[0].residents[:HOLDERS], start=1):
        ledger.grant(
            person.id,
            LEFT,
            reference=f"paper:{number}",
            title="纸质存折积分结转",
            community_id=city.communities[0].id,
            actor=city.who["tong"],
        )


def expired(city: City) -> Story:
    """The first night of the year: what is left in the lots of the year before last ends."""
    yield at(date(city.today.year, 1, 1), 0, 40)
    for lot in ledger.lots_to_expire():
        ended = ledger.expire(lot)
        if ended is not None:
            city.note("expiry", "transfer", ended.transfer_id)
