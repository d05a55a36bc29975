"""One file per thing that happens; asks the domain, acts through ports."""
