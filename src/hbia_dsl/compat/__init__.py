"""The original's face on the same engine."""
