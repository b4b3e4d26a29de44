"""Reports: figures that open into the rows they count (R3)."""
