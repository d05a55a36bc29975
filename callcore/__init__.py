"""callcore runs call centres on FreeSWITCH."""

__version__ = "0.1.0"
