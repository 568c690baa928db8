"""The pure state machine of a run: no IO, no clock, no threads."""
