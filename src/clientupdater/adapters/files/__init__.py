"""Where files are kept: in a directory, or in a bucket."""
