"""The status of a server and the errors around it."""

from __future__ import annotations

import pytest

from wslab.lab.server_status import ServerStartError, ServerState, ServerStatus


@pytest.mark.parametrize("state", ServerState)
def test_what_starts_or_stops_runs(state: ServerState) -> None:
    assert ServerStatus("basic", 1, state).running == (state in ("starting", "ready", "stopping"))


def test_states_are_their_names() -> None:
    assert f"{ServerState.READY}" == "ready"
    assert ServerStatus("basic", 1).state == "stopped"


def test_a_start_error_reads_as_its_reason() -> None:
    error = ServerStartError("why", ["line"])
    assert (str(error), error.why, error.tail, error.busy) == ("why", "why", ("line",), False)
