"""Reports: figures that carry the filter of their rows."""
