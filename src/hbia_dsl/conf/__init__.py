"""Settings: the one place where configuration is read."""

from hbia_dsl.conf.settings import Settings, configure

__all__ = ["Settings", "configure"]
