"""What must hold of every simulated run, whatever its seed: checked on its trace.

The laws are stated from the rules of stages, groups, failures and time alone. They read
what happened and never ask the kernel what it had in mind.
"""

from itertools import groupby

from drawn_plans import BuiltPlan, name
from graph_oracles import awaited, unit_depths
from hbia_dsl.drivers.simulation_trace import TraceEvent
from hbia_dsl.errors import FlowFailed, RunTimeout, VertexCancelled, VertexTimeout
from hbia_dsl.kernel.conclusion import DEADLINE_KEY
from hbia_dsl.kernel.kernel import OUTCOME_NAMES, Schedule
from hbia_dsl.testing.simulated_world import Played, SimulatedWorld

ENDS = ("succeeded", "failed", "cancelled")


class Laws:
    """One run and what it was a run of."""

    def __init__(self, built: BuiltPlan, world: SimulatedWorld, played: Played) -> None:
        sample = built.sample
        order = sample.numbering.order
        self.built = built
        self.world = world
        self.played = played
        self.trace = played.trace
        self.names = [name(v) for v in order]
        waits = awaited(sample.graph, sample.groups, sample.is_serial, order)
        self.awaits = {name(v): {name(u) for u in waits[v]} for v in order}
        depths = unit_depths(sample.graph, sample.groups)
        self.depth = {name(v): depths[v] for v in order}
        self.is_async = {name(v): sample.behaviours[v].is_async for v in order}
        kernel = played.state.kernel
        self.states = {
            vertex: OUTCOME_NAMES[state]
            for vertex, state in zip(self.names, kernel.states, strict=True)
        }
        self.failures = {self.names[v]: error for v, error in kernel.failures.items()}

    def check(self) -> None:
        """Check all of them."""
        self.every_vertex_has_one_story()
        self.nothing_starts_too_early_or_after_a_stop()
        self.nothing_waits_without_need()
        self.dependants_see_what_was_recorded()
        self.whoever_asks_after_a_stop_learns_of_it()
        self.every_failure_is_reported()
        self.the_reason_is_told()
        self.nothing_is_left()

    def every_vertex_has_one_story(self) -> None:
        """A vertex starts, is called and ends, once each and in this order, or it is skipped."""
        stories: dict[str, list[TraceEvent]] = {vertex: [] for vertex in self.names}
        for event in self.trace:
            if event.vertex is not None:
                stories[event.vertex].append(event)
        for vertex, story in stories.items():
            told = [e.what for e in story if e.what not in ("timeout", "cancel")]
            if self.states[vertex] == "skipped":
                assert not story
            else:
                assert told == ["start", "call", self.states[vertex]]
                assert story[0].what == "start"
                assert story[-1].what in ENDS
        assert sorted(self.built.calls) == sorted(
            vertex for vertex in self.names if self.states[vertex] != "skipped"
        )
        times = [event.at_s for event in self.trace]
        assert times == sorted(times)

    def nothing_starts_too_early_or_after_a_stop(self) -> None:
        """Predecessors have succeeded, earlier stages have ended, there is a free worker."""
        succeeded: set[str] = set()
        running: set[str] = set()
        lost: set[str] = set()
        has_stopped = False
        for event in self.trace:
            vertex = event.vertex
            if vertex is None:
                has_stopped |= event.what == "stop"
            elif event.what == "start":
                assert not has_stopped
                assert self.awaits[vertex] <= succeeded
                running.add(vertex)
                assert self.is_room_kept(running)
                if self.world.schedule is Schedule.SERIAL:
                    assert len(running) == 1
                elif self.world.schedule is Schedule.STAGES:
                    over = succeeded | lost
                    assert all(
                        other in over
                        for other in self.names
                        if self.depth[other] < self.depth[vertex]
                    )
            elif event.what in ENDS:
                running.remove(vertex)
                if event.what == "succeeded":
                    succeeded.add(vertex)
                else:
                    lost |= self.dependants(vertex) | {vertex}

    def nothing_waits_without_need(self) -> None:
        """When time goes on, whatever could start has started, or there is no room for it."""
        started: set[str] = set()
        succeeded: set[str] = set()
        lost: set[str] = set()
        running: set[str] = set()
        for _, moment in groupby(self.trace, key=lambda e: e.at_s):
            for event in moment:
                vertex = event.vertex
                if event.what == "stop":
                    return
                if vertex is None:
                    continue
                if event.what == "start":
                    started.add(vertex)
                    running.add(vertex)
                elif event.what in ENDS:
                    running.discard(vertex)
                    if event.what == "succeeded":
                        succeeded.add(vertex)
                    else:
                        lost |= self.dependants(vertex) | {vertex}
            for vertex in self.startable(succeeded, lost) - started:
                assert not self.is_room_kept(running | {vertex})

    def dependants_see_what_was_recorded(self) -> None:
        """A handler is given the values in the slots: those of the definition."""
        sample = self.built.sample
        for vertex in self.built.calls:
            before = sample.graph.predecessors[int(vertex[1:])]
            assert list(self.built.given[vertex]) == [sample.values[name(p)] for p in before]
        slots = self.played.state.slots
        for slot, vertex in enumerate(self.names, start=1):
            expected = sample.values[vertex] if self.states[vertex] == "succeeded" else None
            if self.states[vertex] != "failed":  # one that ended too late has left its value
                assert slots[slot] == expected

    def whoever_asks_after_a_stop_learns_of_it(self) -> None:
        """A handler that is called after a stop and asks gives way, unless it was too late."""
        has_stopped = False
        for event in self.trace:
            if event.vertex is None:
                has_stopped |= event.what == "stop"
            elif event.what == "call" and has_stopped:
                behaviour = self.built.sample.behaviours[int(event.vertex[1:])]
                if behaviour.looks and not behaviour.is_async:
                    assert self.states[event.vertex] == "cancelled"

    def every_failure_is_reported(self) -> None:
        """What handlers raised is reported: as a leaf of the failure, or as its cause."""
        for vertex, raised in self.built.raised.items():
            found = self.failures.get(vertex)
            if found is not raised:
                assert isinstance(found, VertexTimeout)
        error = self.played.error
        in_order = [vertex for vertex in self.names if vertex in self.failures]
        if isinstance(error, FlowFailed):
            told = [key for key in error.failures if key != DEADLINE_KEY]
            assert told == in_order
            assert list(error.skipped) == [v for v in self.names if self.states[v] == "skipped"]
            if DEADLINE_KEY not in error.failures:
                assert error.root is self.failures[in_order[0]]
        elif error is not None:
            notes = "\n".join(getattr(error, "__notes__", ()))
            assert all(f"`{vertex}`" in notes for vertex in in_order)
        for found in self.failures.values():
            assert not isinstance(found, VertexCancelled)

    def the_reason_is_told(self) -> None:
        """A run fails exactly if something stopped it or failed in it, and says what."""
        whats = {event.what for event in self.trace if event.vertex is None}
        error = self.played.error
        if "cancel" in whats:
            assert type(error).__name__ == "CancelledError"
            return
        is_timeout = isinstance(error, FlowFailed) and isinstance(error.root, RunTimeout)
        stops = [e.what for e in self.trace if e.what in ("deadline", "stop") and e.vertex is None]
        assert is_timeout == (stops[:1] == ["deadline"])
        is_whole = all(state == "succeeded" for state in self.states.values())
        assert (error is None) == (is_whole and not is_timeout)
        if self.world.timeout_s is not None:
            late = [e for e in self.trace if e.what == "start" and e.at_s >= self.world.timeout_s]
            assert not late

    def nothing_is_left(self) -> None:
        """No vertex is pending, no handler is inside, every time is written down."""
        assert "pending" not in self.states.values()
        assert self.built.inside == 0
        state = self.played.state
        for v, vertex in enumerate(self.names):
            if self.states[vertex] != "skipped":
                assert 0 <= state.started[v] <= state.ended[v]

    def is_room_kept(self, running: set[str]) -> bool:
        """Whether no more run than there may."""
        tasks = sum(self.is_async[vertex] for vertex in running)
        if self.world.schedule is Schedule.SERIAL:
            return len(running) <= 1
        return tasks <= self.world.max_tasks and len(running) - tasks <= self.world.max_workers

    def startable(self, succeeded: set[str], lost: set[str]) -> set[str]:
        """What may start if these have succeeded and those never will."""
        over = succeeded | lost
        found = {v for v in self.names if v not in over and self.awaits[v] <= succeeded}
        if self.world.schedule is Schedule.EAGER:
            return found
        depth = min((self.depth[v] for v in self.names if v not in over), default=0)
        return {v for v in found if self.depth[v] == depth}

    def dependants(self, vertex: str) -> set[str]:
        """What waits for a vertex, directly or not."""
        found: set[str] = set()
        for other in self.names:  # canonical order: whom it waits for came before
            if vertex in self.awaits[other] or self.awaits[other] & found:
                found.add(other)
        return found
