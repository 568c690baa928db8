"""Results of pure vertices kept from run to run: never stale, never wrong, and able to say why."""
