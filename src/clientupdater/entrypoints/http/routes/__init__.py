"""Endpoints by what they are about; ``clientupdater.entrypoints.http.endpoints`` lists them all."""
