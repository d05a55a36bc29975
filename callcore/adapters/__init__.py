"""One package per library: the only places that know the outside world."""
