"""How tables become files: CSV and XLSX."""
