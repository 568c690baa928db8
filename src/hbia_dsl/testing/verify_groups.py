"""Verify that atomic groups keep their word, by letting them fail at every point."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final, get_args

from hbia_dsl.diagnostics.near_miss import did_you_mean
from hbia_dsl.flow.flow import Flow
from hbia_dsl.flow.input_reading import into_slots, read_call, read_data
from hbia_dsl.flow.planned_flow import PlannedFlow
from hbia_dsl.flow.run_options import RunOptions, bad_option, bad_value
from hbia_dsl.kernel.planned_group import ABORT
from hbia_dsl.testing.group_judge import GroupJudge
from hbia_dsl.testing.trial import Mode
from hbia_dsl.testing.trial_runner import TrialRunner, Verified
from hbia_dsl.testing.verification import Verification, VerifiedGroup
from hbia_dsl.wiring.signature import is_coroutine_function
from hbia_dsl.wiring.wired_flow import WiredFlow

_NO_INPUTS: Final[Mapping[str, object]] = MappingProxyType({})
_MODES: Final[tuple[Mode, ...]] = get_args(Mode)


def verify_groups(
    flow: Flow[..., object],
    /,
    probe: Callable[[], object],
    *,
    inputs: Mapping[str, object] = _NO_INPUTS,
    reset: Callable[[], object] | None = None,
    groups: Sequence[str] | None = None,
    modes: Sequence[Mode] = _MODES,
) -> Verification:
    """Let every atomic group of a flow fail at every point, and look what is left.

    Each trial is a real run with one failure: before or after a member (which then really
    ran), before or after the commit, in a compensation. Of the flow only the group and what
    it waits for is run. A compensation is also made to run twice. Effects are real: give it
    databases and services that are there for tests.

        verify_groups(shop, count_payments, inputs={"item": 1}, reset=empty).require_ok()

    Args:
        flow: The flow, with its options: `transactions` among them.
        probe: Returns what the groups change, as it is now: a count, rows, a dict; anything
            that can be compared. For a database it should have a connection of its own.
        inputs: The flow's inputs, by name.
        reset: Brings back the state in which each run begins. Without it groups are run
            as a whole once, in the end, and what would leave a mess is not tried.
        groups: Names of the groups; None for all.
        modes: "serial" and "parallel". Flows with async vertices run on their own loop.

    Returns:
        What was found, and every trial.

    Raises:
        RunOptionError: A group or a mode is unknown, the flow has no group, or members take
            connections and no transaction is attached.
        RunInputError: The inputs do not fit.
        RunUsageError: An event loop runs on this thread.
        Exception: What the probe or the reset raised.
    """
    wired = flow.wired

    def read(planned: PlannedFlow) -> dict[int, object]:
        return read_call(wired, planned, (), inputs)

    return _verify(Verified(wired, _options(flow), read, probe, reset), groups, modes)


def verify_groups_on_data(
    flow: Flow[..., object],
    /,
    probe: Callable[[], object],
    *,
    data: Mapping[str, object],
    reset: Callable[[], object] | None = None,
    groups: Sequence[str] | None = None,
) -> Verification:
    """Do what `verify_groups` does, with inputs as `Flow.run_data` takes them."""
    wired = flow.wired

    def read(planned: PlannedFlow) -> dict[int, object]:
        return into_slots(wired, planned, read_data(wired, planned, data))

    return _verify(Verified(wired, _options(flow), read, probe, reset), groups, _MODES)


def _options(flow: Flow[..., object]) -> RunOptions:
    return flow._options  # noqa: SLF001 - a trial is run as this flow would be


def _verify(
    verified: Verified, groups: Sequence[str] | None, modes: Sequence[Mode]
) -> Verification:
    _refuse_bad_functions(verified)
    for mode in modes:
        if mode not in _MODES:
            raise bad_value("modes", " or ".join(f'"{m}"' for m in _MODES), mode)
    if not modes:
        raise bad_option("`modes` is empty", 'leave it out, or write modes=["serial"]')
    flow = verified.flow
    found = [_verified(verified, name, modes) for name in _chosen(flow, groups)]
    if all(group.skipped for group in found):
        reasons = "; ".join(f"`{group.name}`: {group.skipped}" for group in found)
        text = f"flow `{flow.name}` has no group to verify ({reasons})"
        raise bad_option(text, "verify groups that are rolled back or compensated")
    return Verification(flow.name, tuple(found))


def _refuse_bad_functions(verified: Verified) -> None:
    given: dict[str, object] = {"probe": verified.probe}
    if verified.reset is not None:
        given["reset"] = verified.reset
    for name, function in given.items():
        if not callable(function):
            raise bad_value(name, "a function without parameters", function)
        if is_coroutine_function(function):
            raise bad_option(f"`{name}` is an async function", "let it call asyncio.run(...)")


def _chosen(flow: WiredFlow, groups: Sequence[str] | None) -> Sequence[str]:
    known = flow.graph.atomic_groups
    if not known:
        way = 'declare members with @atomic(group="...")'
        raise bad_option(f"flow `{flow.name}` has no atomic group to verify", way)
    if groups is None:
        return list(known)
    for name in groups:
        if name not in known:
            text = f"`groups` names `{name}`, which is not an atomic group of `{flow.name}`"
            way = did_you_mean(name, known) or f"its groups are {', '.join(known)}"
            raise bad_option(text, way)
    if not groups:
        raise bad_option("`groups` is empty", "leave it out to verify all groups")
    return list(dict.fromkeys(groups))


def _verified(verified: Verified, name: str, modes: Sequence[Mode]) -> VerifiedGroup:
    on_failure = verified.flow.graph.atomic_groups[name].on_failure
    if on_failure == ABORT:
        return VerifiedGroup(name, on_failure, skipped="it promises nothing")
    runner = TrialRunner(verified, name)
    if not runner.has_effects:
        return VerifiedGroup(name, on_failure, skipped="its members are pure")
    judge = GroupJudge(runner.group, runner.run, can_reset=verified.reset is not None)
    judge.judge(modes)
    return VerifiedGroup(name, on_failure, tuple(judge.trials), tuple(judge.problems))
