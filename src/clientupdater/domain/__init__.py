"""The pure core: rules and values."""
