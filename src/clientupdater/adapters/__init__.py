"""How the ports are kept: one folder for each technology."""
