"""Metrics for Prometheus: what is exported, and how facts and links become numbers."""
