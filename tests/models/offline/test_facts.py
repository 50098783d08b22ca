"""Outcomes are told by what was asked."""

import random

from toolgraph.models.offline.facts import Outcome, tell
from toolgraph.resources import data_dir
from toolgraph.tools.catalogue import load_tools


def test_what_was_asked_is_told_of_each_of_two_also_where_that_takes_the_same_words():
    tool = next(one for one in load_tools([data_dir() / "tools"]) if one.name == "get_transit_line_status")
    used: set[str] = set()

    told = [
        tell(
            Outcome(
                tool,
                {},
                {
                    "line_name": name,
                    "service_status": "good_service",
                    "frequency": {"peak_minutes": minutes, "off_peak_minutes": 22},
                    "last_departure_time": "23:40",
                },
                None,
            ),
            random.Random(seed),
            used,
            asked="look up how often the first two transit lines run",
        )
        for seed, (name, minutes) in enumerate([("Blue Line", 7), ("Red Line", 9)])
    ]

    assert "every 7 minutes" in told[0]
    assert "every 9 minutes" in told[1]
