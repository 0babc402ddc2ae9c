"""What the tap costs: the lab's client against the library alone, both counting the messages of one flood."""

from __future__ import annotations

import statistics

from benchmarks.figures import Figure, median_ratio, spread
from benchmarks.programs import Count, basic_server, count_messages, home

FLOOD = "rate=200000&size=52&for=2s"
AT_LEAST = 0.85


def run(rounds: int) -> list[Figure]:
    """Let both count in turn, so many times."""
    bare: list[Count] = []
    tapped: list[Count] = []
    with home() as env, basic_server(env) as (url, _):
        for _ in range(rounds):
            bare.append(count_messages("bare", f"{url}/flood?{FLOOD}", env))
            tapped.append(count_messages("tapped", f"{url}/flood?{FLOOD}", env))
    rates, bare_rates = [each.rate for each in tapped], [each.rate for each in bare]
    costs, bare_costs = (
        [each.cpu / each.messages for each in tapped],
        [each.cpu / each.messages for each in bare],
    )
    ratio = median_ratio(rates, bare_rates)
    return [
        Figure(
            "tapped client",
            spread(rates, "messages/s"),
            f"bare client: {statistics.median(bare_rates):,.0f} messages/s",
            ratio,
            f"at least {AT_LEAST}",
            ratio >= AT_LEAST,
        ),
        Figure(
            "tapped client, processor time of a message",
            spread(costs, "µs", 1e6, 1),
            f"bare client: {statistics.median(bare_costs) * 1e6:.1f} µs",
            median_ratio(costs, bare_costs),
        ),
    ]
