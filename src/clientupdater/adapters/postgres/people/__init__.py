"""People: accounts, credentials, sessions, rights and territories."""
