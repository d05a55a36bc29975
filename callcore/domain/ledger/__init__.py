"""What a call's script notes down as the call goes on, and the record made of it at the end."""

from callcore.domain.ledger.calls import Caller, CallLedger

__all__ = ["CallLedger", "Caller"]
