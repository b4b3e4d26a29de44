"""Endpoints, a module for each part of a capability; ``endpoints.py`` lists them all."""
