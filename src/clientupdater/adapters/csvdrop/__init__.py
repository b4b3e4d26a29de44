"""Clients that come as CSV files, dropped into a folder."""

from clientupdater.adapters.csvdrop.source import CsvDrop

__all__ = ["CsvDrop"]
