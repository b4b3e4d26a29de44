"""Areas, branches and their contacts."""
