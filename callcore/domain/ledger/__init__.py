"""What a call's script notes down as the call goes on, and the record made of it at the end."""

from callcore.domain.ledger.caller import Caller
from callcore.domain.ledger.calls import CallLedger
from callcore.domain.ledger.notes import CallNotes

__all__ = ["CallLedger", "CallNotes", "Caller"]
