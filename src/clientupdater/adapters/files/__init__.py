"""File stores: a directory, or a bucket."""
