"""What users test their flows with."""

from hbia_dsl.drivers.simulation_trace import TraceEvent
from hbia_dsl.drivers.virtual_clock import virtual_sleep
from hbia_dsl.testing.failure_point import FailurePoint, Place
from hbia_dsl.testing.simulation import SimulatedRun, explore, simulate
from hbia_dsl.testing.trial import Trial
from hbia_dsl.testing.verification import Verification, VerifiedGroup
from hbia_dsl.testing.verify_groups import verify_groups

__all__ = [
    "FailurePoint",
    "Place",
    "SimulatedRun",
    "TraceEvent",
    "Trial",
    "Verification",
    "VerifiedGroup",
    "explore",
    "simulate",
    "verify_groups",
    "virtual_sleep",
]
