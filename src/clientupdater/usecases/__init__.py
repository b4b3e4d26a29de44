"""What a caller can do: a folder for each capability; a verb is one transaction."""
