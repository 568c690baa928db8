"""Flow, Run and run options: the decorated face."""
