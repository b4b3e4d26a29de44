"""The console: pages in the browser for the people who call, watch and operate."""
