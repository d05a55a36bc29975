"""What the flows need from the world: protocols and their exceptions."""
