"""Ports in memory, held to the real adapters by ``tests/contract``."""
