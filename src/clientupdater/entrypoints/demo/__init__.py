"""Everything in one, to try it: a database, the server, a worker, and made-up data."""
