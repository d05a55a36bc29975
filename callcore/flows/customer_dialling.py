"""Calling the phone of a customer who was promised it, from the switch of the call."""

from __future__ import annotations

from callcore.domain import callable_numbers, callbacks, phone_numbers
from callcore.domain.callbacks import Callback
from callcore.domain.outcomes import AskingEnd
from callcore.flows.agent_line import BEYOND_RINGING_SECONDS
from callcore.flows.call import Call
from callcore.ports.telephony import LegRequest, SwitchUnavailableError, TelephonyError

NO_CONTACT = "NO_ROUTE_DESTINATION"
REFUSED = "COMMAND_REFUSED"
LINK_DOWN = "NETWORK_OUT_OF_ORDER"


class NotDialledError(Exception):
    """The customer's phone is not being called; ``cause`` says why as hangup causes do."""

    def __init__(self, message: str, cause: str, *, is_our_doing: bool) -> None:
        super().__init__(message)
        self.cause = cause
        self.is_our_doing = is_our_doing


def refusal(call: Call) -> AskingEnd | None:
    """Why the number may not be called by the rules of now; ``None`` if it may."""
    policy = call.site.policy
    return callable_numbers.verdict(
        call.caller.number, policy.dialplan.callable_numbers, policy.caller_lists
    )


def dial(call: Call, promise: Callback, ring_seconds: float) -> None:
    """Has the switch call the customer on the call's own leg. Raises ``NotDialledError``."""
    number = phone_numbers.normalised(call.caller.number)
    template = call.site.policy.dialplan.callback_contact
    if template is None or not number:
        sentence = "dialplan.callback_contact or the customer's number is missing"
        raise NotDialledError(sentence, NO_CONTACT, is_our_doing=True)
    request = LegRequest(
        leg_id=call.leg_id,
        contact=callbacks.contact(template, number),
        timeout_seconds=ring_seconds + BEYOND_RINGING_SECONDS,
        caller_number=call.caller.dialled_number,
        caller_name=call.caller.dialled_number,
        variables=_variables(call, promise, number),
    )
    try:
        call.switch.originate(request)
    except SwitchUnavailableError as error:
        raise NotDialledError(_told(error), LINK_DOWN, is_our_doing=True) from error
    except TelephonyError as error:
        raise NotDialledError(_told(error), REFUSED, is_our_doing=False) from error


def _variables(call: Call, promise: Callback, number: str) -> dict[str, str]:
    """What another process needs to know the line, with a floor or without."""
    joining = call.joining
    variables = {
        "callcore_call": call.caller.call_id,
        "callcore_callback_of": promise.of_call,
        "callcore_customer": number,
        "callcore_arrived_at": str(call.caller.arrived_at),
        "callcore_joined_at": str(joining.first_joined_at if joining else 0),
    }
    return {name: value for name, value in variables.items() if value}


def _told(error: TelephonyError) -> str:
    return f"{type(error).__name__}: {error}"
