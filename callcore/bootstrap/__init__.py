"""Builds the adapters from the settings, hands them to the flows, and runs what comes of it.

The only place that knows everything.
"""
