"""Writing tables to files: CSV and XLSX."""
