"""What the core needs of the world, as Protocols in domain types."""
