"""The settings of the environment: one frozen `Settings`, parsed once."""

from clientupdater.settings.settings import LogFormat, LogLevel, Settings, described

__all__ = ["LogFormat", "LogLevel", "Settings", "described"]
