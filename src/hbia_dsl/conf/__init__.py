"""Settings: the one place where configuration is read."""
