"""Atomic groups under thousands of schedules, failures, timeouts and cancellations, by seed.

The laws are read off what happened in the world, not off what the kernel had in mind.
"""

import os
import random

import pytest

from drawn_plans import name
from grouped_plans import Attempt, GroupedPlan, random_grouped
from hbia_dsl.drivers.simulation_trace import trace_text
from hbia_dsl.errors import FlowFailed
from hbia_dsl.kernel.kernel import CANCELLED, FAILED, SUCCEEDED, Schedule
from hbia_dsl.kernel.settled_group import Verdict
from hbia_dsl.testing.simulated_world import Played, SimulatedWorld

IS_LONG = os.environ.get("HBIA_LONG") == "1"
SEEDS = 400_000 if IS_LONG else 6_000
CHUNK = SEEDS // 6

pytestmark = pytest.mark.timeout(7_200 if IS_LONG else 60)


class GroupLaws:
    """One run of a grouped plan."""

    def __init__(self, seed: int) -> None:
        rng = random.Random(seed)
        self.built = GroupedPlan(
            random_grouped(
                rng, failures=rng.choice((0.0, 0.1, 0.3)), timeouts=rng.choice((0.0, 0.1))
            )
        )
        self.world = SimulatedWorld(
            seed,
            rng.choice(tuple(Schedule)),
            max_workers=rng.choice((1, 2, 12)),
            timeout_s=rng.choice((2.0, 6.0)) if rng.random() < 0.1 else None,
            keeps_going=rng.random() < 0.4,
            cancel_at_s="seeded" if rng.random() < 0.15 else None,
        )
        self.played: Played = self.world.play(self.built.plan, {})
        self.groups = self.built.sample.plan.groups
        self.settled = {group.name: group for group in self.played.state.settled}

    def check(self) -> None:
        """Check all laws."""
        for g, policy in enumerate(self.built.sample.policies):
            if policy == "transaction":
                self.all_or_nothing(g)
            elif policy == "compensate":
                self.what_was_done_is_undone_in_reverse(g)
            else:
                self.nothing_is_undone(g)
        self.outsiders_see_committed_groups_only()
        self.a_whole_run_commits_everything()
        self.states_say_what_became_of_it()

    def all_or_nothing(self, g: int) -> None:
        """Each attempt ended, at most the last one was committed, and then it was whole."""
        members = sorted(name(v) for v in self.groups[g])
        attempts = [a for a in self.built.attempts if a.group == g]
        assert [a.number for a in attempts] == list(range(1, len(attempts) + 1))
        for attempt in attempts:
            assert attempt.end in ("commit", "rollback"), "left open"
            if attempt.end == "commit":
                assert attempt is attempts[-1]
                assert sorted(attempt.done) == members

    def what_was_done_is_undone_in_reverse(self, g: int) -> None:
        """All that was done is undone, the last one first, unless the group came to its end or
        past its pivot; also what a member did that is judged failed afterwards."""
        members = {name(v) for v in self.groups[g]}
        succeeded = [v for what, v in self.recorded("succeeded") if v in members]
        done = [v for v in self.ended() if v in members and ("done", v) in self.built.log]
        undone = [v for what, v in self.built.log if what in ("undone", "not undone")]
        undone = list(dict.fromkeys(v for v in undone if v in members))
        pivot = self.built.sample.pivots[g]
        if len(succeeded) == len(members) or (pivot is not None and name(pivot) in done):
            assert not undone
        else:
            assert undone == done[::-1]

    def nothing_is_undone(self, g: int) -> None:
        """Groups that are aborted, or only hold values, undo nothing in the world."""
        members = {name(v) for v in self.groups[g]}
        assert not [v for what, v in self.built.log if what == "undone" and v in members]

    def outsiders_see_committed_groups_only(self) -> None:
        """Whoever takes a value of a transaction starts after its commit."""
        graph = self.built.sample.plan.graph
        events: list[tuple[str, str | None]] = [(e.what, e.vertex) for e in self.played.trace]
        for g in self.built.numbering.steps:
            commit = ("succeeded", f"commit {g}")
            for member in self.groups[g]:
                for outsider in graph.successors[member]:
                    if outsider not in self.groups[g] and ("start", name(outsider)) in events:
                        assert events.index(commit) < events.index(("start", name(outsider)))
                        assert self.last_attempt(g).end == "commit"

    def a_whole_run_commits_everything(self) -> None:
        """A run that succeeds has committed every transaction and settled nothing."""
        if self.played.error is None:
            assert not self.settled
            assert all(self.last_attempt(g).end == "commit" for g in self.built.numbering.steps)

    def states_say_what_became_of_it(self) -> None:
        """A member that succeeded in a group that was undone is not called succeeded."""
        run = self.played.state
        states = dict(zip((v.name for v in run.vertices), run.kernel.states, strict=True))
        for group in self.settled.values():
            failed = set(group.failures)
            for vertex in group.completed:
                if states[vertex] in {FAILED, CANCELLED}:
                    assert ("done", vertex) in self.built.log
                    continue
                is_kept = vertex in failed or group.verdict is Verdict.LEFT
                assert (states[vertex] == SUCCEEDED) == is_kept, (vertex, states[vertex], group)
        if isinstance(self.played.error, FlowFailed):
            named = {n for group in self.settled.values() for n in group.failures}
            assert set(self.played.error.compensation_failures) == named

    def last_attempt(self, g: int) -> Attempt:
        """The attempt of a transaction that counted."""
        return [a for a in self.built.attempts if a.group == g][-1]

    def ended(self) -> list[str]:
        """The vertices in the order in which they ended, however they did."""
        ends = {"succeeded", "failed", "cancelled"}
        return [e.vertex or "" for e in self.played.trace if e.what in ends]

    def recorded(self, what: str) -> list[tuple[str, str]]:
        """What the trace says of vertices."""
        return [(e.what, e.vertex or "") for e in self.played.trace if e.what == what]


@pytest.mark.parametrize("first", range(0, SEEDS, CHUNK))
def test_groups_keep_their_word_in_every_schedule(first: int) -> None:
    for seed in range(first, first + CHUNK):
        laws = None
        try:
            laws = GroupLaws(seed)
            laws.check()
        except Exception as error:
            error.add_note(f"this was seed={seed}")
            if laws is not None:
                error.add_note(
                    f"{laws.world}\n{laws.built.sample}\n{trace_text(laws.played.trace)}"
                )
                error.add_note(f"{laws.built.log}\n{laws.settled}\n{laws.built.attempts}")
            raise


def test_the_drawn_groups_are_worth_checking() -> None:
    seen: dict[str, int] = {}
    for seed in range(1_500):
        laws = GroupLaws(seed)
        told = {what for what, _ in laws.built.log}
        told |= {group.verdict.name for group in laws.settled.values()}
        told |= {"retried" for attempt in laws.built.attempts if attempt.number > 1}
        told.add(f"error {type(laws.played.error).__name__}")
        for thing in told:
            seen[thing] = seen.get(thing, 0) + 1

    wanted = ("commit", "rollback", "undone", "not undone", "retried", *(v.name for v in Verdict))
    errors = ("error NoneType", "error FlowFailed", "error CancelledError")
    assert all(seen.get(thing, 0) >= 20 for thing in (*wanted, *errors)), seen
