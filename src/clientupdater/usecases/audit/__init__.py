"""Reading what was done, refused, changed and seen."""
