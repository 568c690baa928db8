"""From what was named after `hbia run` to a flow that can be run."""

from collections.abc import Mapping

from hbia_dsl.check.found_flow import FoundFlow
from hbia_dsl.cli.command_failure import wrong_usage
from hbia_dsl.cli.document_file import is_document
from hbia_dsl.cli.named_flows import flows_named
from hbia_dsl.cli.run_request import RunRequest
from hbia_dsl.cli.runnable_flow import RunnableFlow, RunOutcome
from hbia_dsl.errors import FlowFailed
from hbia_dsl.flow.run_result import Run
from hbia_dsl.kernel.run_state import RunState
from hbia_dsl.wiring.wired_flow import WiredFlow


def runnable(target: str, request: RunRequest) -> RunnableFlow:
    """Return the flow that a target names.

    Args:
        target: A document, or what `flows_named` takes.
        request: The options of the run.

    Raises:
        CommandFailure: It cannot be loaded, imported or built, or is not one flow.
    """
    if is_document(target):
        from hbia_dsl.cli.runnable_document import runnable_document  # loaded where it is used

        return runnable_document(target, request)
    if request.handlers:
        help_ = "name a document (*.yaml) to run it with handlers"
        raise wrong_usage(f"--handlers goes with a document, and `{target}` is none", help_)
    flows = flows_named([target])
    if request.flow is not None:
        flows = [f for f in flows if request.flow in (f.flow.name, f.name.rpartition(":")[2])]
        if not flows:
            raise wrong_usage(f"`{target}` has no flow `{request.flow}`", f"see hbia show {target}")
    if len(flows) != 1:
        names = "\n".join(f"    hbia run {flow.name}" for flow in flows)
        raise wrong_usage(f"`{target}` has {len(flows)} flows; name one of them:\n{names}")
    return _of_code(flows[0], request)


def _of_code(found: FoundFlow, request: RunRequest) -> RunnableFlow:
    flow = found.flow.options(**request.options())
    wired = found.wired

    def run(data: Mapping[str, object]) -> RunOutcome:
        try:
            done = flow.run_data(data)
        except FlowFailed as error:
            return RunOutcome({}, failed=error)
        return RunOutcome(done, None if wired.result is None else done.value)

    def values_left(state: RunState) -> Mapping[str, object]:
        from hbia_dsl.flow.plan_flow import plan_flow  # loaded where it is used
        from hbia_dsl.flow.planned_run import PlannedRun  # as above

        # Planning again gives every value the slot that it had in the run, unless the run
        # had steps of its own (transactions), which only its own plan knows.
        planned = None if _has_steps(state) else plan_flow(wired, check=True)
        return {} if planned is None else Run(wired, PlannedRun(planned, state))

    outputs = tuple(_outputs(wired))
    return RunnableFlow(wired.name, input_forms(wired), outputs, wired.result, run, values_left)


def _has_steps(state: RunState) -> bool:
    return any(vertex.is_step for vertex in state.vertices)


def input_forms(wired: WiredFlow) -> Mapping[str, object]:
    """Return the types of the inputs, by the names that data give them."""
    from hbia_dsl.wiring.record_fields import fields_of_record, record_kind  # loaded where used

    kind = None if wired.inputs_from is None else record_kind(wired.inputs_from)
    if kind is None or wired.inputs_from is None:
        return {i.name: i.form for i in wired.inputs.values()}
    fields = fields_of_record(wired.inputs_from, kind, None)
    return {field.keyword: field.form for field in fields if field.keyword is not None}


def _outputs(wired: WiredFlow) -> list[str]:
    return [
        f"{vertex.name}.{output}"
        for vertex in wired.vertices.values()
        for output in ([part.name for part in vertex.parts] or [vertex.output])
    ]
