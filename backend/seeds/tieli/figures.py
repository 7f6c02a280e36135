"""How large the demo city is: 国内一个县级市的规模 (domain facts, section 6), and a small one of the same making."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Figures:
    """Everything the seed promises in numbers. What a figure leaves out, the seed does not make."""

    towns: int
    communities: int
    grids: int
    estates: int
    units: int
    shops: int
    # One in each community's centre, and a second one in the first.
    kiosks: int
    # People, by what they do; each person counts once.
    members: int
    grid_workers: int
    staff: int
    residents: int
    riders: int
    unit_teams: int
    community_teams: int
    # 期, each opened in every community; and the wishes by what became of them.
    rounds: int
    lit: int
    claimed: int
    escalated: int
    refused: int
    withdrawn: int
    released: int
    activities: int
    person_times: int
    march_5: int
    goods: int
    venues: int
    supports: int
    orders: int

    @property
    def people(self) -> int:
        return self.members + self.grid_workers + self.staff + self.residents + self.riders

    @property
    def wishes(self) -> int:
        ends = (self.lit, self.claimed, self.escalated, self.refused, self.withdrawn, self.released)
        return sum(ends)

    @property
    def wall(self) -> dict[str, int]:
        """The four figures of the hall screen."""
        return {
            "征集中": 0,
            "等待认领": self.escalated + self.released,
            "办理中": self.claimed,
            "已点亮": self.lit,
        }


FULL = Figures(
    towns=5,
    communities=17,
    grids=470,
    estates=176,
    units=63,
    shops=9,
    kiosks=18,
    members=2000,
    grid_workers=470,
    staff=130,
    residents=900,
    riders=300,
    unit_teams=46,
    community_teams=22,
    rounds=12,
    lit=236,
    claimed=31,
    escalated=14,
    refused=22,
    withdrawn=10,
    released=5,
    activities=612,
    person_times=1640,
    march_5=36,
    goods=48,
    venues=6,
    supports=5,
    orders=90,
)
# About a twentieth, by the same steps: what the tests make again and again.
SMALL = Figures(
    towns=5,
    communities=17,
    grids=80,
    estates=176,
    units=17,
    shops=3,
    kiosks=18,
    members=120,
    grid_workers=80,
    staff=56,
    residents=110,
    riders=20,
    unit_teams=6,
    community_teams=6,
    rounds=3,
    lit=18,
    claimed=3,
    escalated=2,
    refused=3,
    withdrawn=2,
    released=1,
    activities=76,
    person_times=190,
    march_5=4,
    goods=18,
    venues=3,
    supports=3,
    orders=8,
)
