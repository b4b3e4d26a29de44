"""The one place that names concrete adapters."""

from clientupdater.composition.root import *  # noqa: F403
