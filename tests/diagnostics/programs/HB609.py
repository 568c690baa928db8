"""A module that is to be checked is not there."""

from hbia_dsl.check.check_flow import check_found
from hbia_dsl.check.flow_finding import find_flows
from scripted_judge import ScriptedJudge

check_found(find_flows(["app.flows"]), ScriptedJudge()).raise_problems()
