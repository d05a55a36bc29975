"""The worker's own pages over HTTP: metrics, health, readiness; and callbacks for other systems."""
