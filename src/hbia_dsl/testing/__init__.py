"""What users test their flows with."""

from hbia_dsl.drivers.simulation_trace import TraceEvent
from hbia_dsl.drivers.virtual_clock import virtual_sleep
from hbia_dsl.testing.simulation import SimulatedRun, explore, simulate

__all__ = ["SimulatedRun", "TraceEvent", "explore", "simulate", "virtual_sleep"]
