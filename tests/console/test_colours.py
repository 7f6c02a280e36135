"""One meaning to a colour: of the states on pages and of the parts of charts."""

import re
from collections import Counter
from pathlib import Path

from backend.console.frame import charts, page
from backend.reports import figures

CSS = (Path(page.__file__).parent / "static" / "console.css").read_text()


def test_a_state_has_one_colour_wherever_it_is_shown():
    by_state = {}
    for selectors, body in re.findall(r"^([^{}\n]*\.state-[^{}\n]*)\{([^}]*)\}", CSS, re.M):
        for name in re.findall(r"\.state-(\w+)", selectors):
            by_state.setdefault(name, set()).add(re.search(r"background: (\S+);", body)[1])
    assert len(by_state) > 20
    assert {name: colours for name, colours in by_state.items() if len(colours) > 1} == {}


def test_each_stage_has_a_colour_of_its_own_in_every_chart():
    stages = [label for label, _states in figures.STAGES]
    assert set(stages) <= set(charts.MEANING)
    assert max(Counter(charts.MEANING[one] for one in stages).values()) == 1
    assert charts.MEANING["已点亮"] == charts.MEANING["解决了"] == charts.GREEN
    assert not set(charts.PLAIN[1:]) & set(charts.MEANING.values())
