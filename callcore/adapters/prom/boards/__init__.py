"""The dashboards for Grafana, each query in one place.

The files in ``ops/grafana`` are written from these descriptions:
``python -m callcore.adapters.prom.boards``.
"""
