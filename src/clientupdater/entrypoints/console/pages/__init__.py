"""The pages: what each of them reads, and what its forms do."""
