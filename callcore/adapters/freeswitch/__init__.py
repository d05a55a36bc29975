"""The link to FreeSWITCH: its event socket behind the ports ``Switch`` and ``switch_events``."""
