"""Files in which call records wait while the floor takes none."""
