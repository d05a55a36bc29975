"""The worker's own pages over HTTP: metrics, health, readiness."""
