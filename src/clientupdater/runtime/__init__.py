"""What a process needs and no rule knows."""
