"""The channel variables Sofia sets on a leg, so that events have their real keys and size."""

from __future__ import annotations

from dataclasses import dataclass

_AUDIO = {
    "rtp_use_codec_string": "PCMU,PCMA",
    "remote_video_media_flow": "inactive",
    "remote_text_media_flow": "inactive",
    "remote_audio_media_flow": "sendrecv",
    "audio_media_flow": "sendrecv",
    "rtp_audio_recv_pt": "0",
    "rtp_use_codec_name": "PCMU",
    "rtp_use_codec_rate": "8000",
    "rtp_use_codec_ptime": "20",
    "rtp_use_codec_channels": "1",
    "rtp_last_audio_codec_string": "PCMU@8000h@20i@1c",
    "read_codec": "PCMU",
    "original_read_codec": "PCMU",
    "read_rate": "8000",
    "original_read_rate": "8000",
    "write_codec": "PCMU",
    "write_rate": "8000",
}
_TERMINATIONS = {
    "USER_BUSY": ("486", "Busy Here", "17"),
    "CALL_REJECTED": ("603", "Decline", "21"),
    "NORMAL_TEMPORARY_FAILURE": ("503", "Service Unavailable", "41"),
    "NO_ROUTE_DESTINATION": ("404", "Not Found", "3"),
    "UNALLOCATED_NUMBER": ("404", "Not Found", "1"),
    "ORIGINATOR_CANCEL": ("487", "CANCEL", "487"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a leg's SIP comes from or goes to."""

    user: str
    host: str
    port: int
    profile: str


def inbound(
    address: Address, *, leg_id: str, name: str, dialled: str, number: int
) -> dict[str, str]:
    """The variables of a leg that called in. ``name`` is the display name as sent."""
    here = "127.0.0.1"
    port = str(address.port)
    source = f"{address.user}@{address.host}:{port}"
    target = f"{dialled}@{here}:5060"
    return {
        "direction": "inbound",
        "uuid": leg_id,
        "call_uuid": leg_id,
        "session_id": str(number),
        "sip_from_user": address.user,
        "sip_from_port": port,
        "sip_from_uri": source,
        "sip_from_host": address.host,
        "video_media_flow": "disabled",
        "text_media_flow": "disabled",
        "channel_name": f"sofia/{address.profile}/{source}",
        "sip_call_id": f"1-{number}@{address.host}",
        "sip_local_network_addr": here,
        "sip_network_ip": address.host,
        "sip_network_port": port,
        "sip_received_ip": address.host,
        "sip_received_port": port,
        "sip_via_protocol": "udp",
        "sip_from_user_stripped": address.user.removeprefix("+"),
        "sip_from_tag": f"{number}SIPpTag001",
        "sofia_profile_name": address.profile,
        "sofia_profile_url": f"sip:mod_sofia@{here}:5060",
        "recovery_profile_name": address.profile,
        "sip_full_via": f"SIP/2.0/UDP {address.host}:{port};branch=z9hG4bK-{number}-1-0",
        "sip_from_display": name,
        "sip_full_from": f'"{name}" <sip:{source}>;tag={number}SIPpTag001',
        "sip_full_to": f"<sip:{target}>",
        "sip_req_user": dialled,
        "sip_req_port": "5060",
        "sip_req_uri": target,
        "sip_req_host": here,
        "sip_to_user": dialled,
        "sip_to_port": "5060",
        "sip_to_uri": target,
        "sip_to_host": here,
        "sip_contact_user": "sipp",
        "sip_contact_port": port,
        "sip_contact_uri": f"sipp@{address.host}:{port}",
        "sip_contact_host": address.host,
        "sip_via_host": address.host,
        "sip_via_port": port,
        "max_forwards": "70",
        "switch_r_sdp": _description("user1", address.host, address.port + 1000),
        "ep_codec_string": "CORE_PCM_MODULE.PCMU@8000h@20i@64000b",
        **_AUDIO,
        "remote_media_ip": address.host,
        "remote_media_port": str(address.port + 1000),
        "dtmf_type": "rfc2833",
        "endpoint_disposition": "RECEIVED",
    }


def outbound(address: Address, *, leg_id: str, number: int) -> dict[str, str]:
    """The variables of a leg that the switch originates, before its own are added."""
    here = "127.0.0.1"
    target = f"{address.user}@{address.host}:{address.port}"
    return {
        "direction": "outbound",
        "is_outbound": "true",
        "uuid": leg_id,
        "call_uuid": leg_id,
        "session_id": str(number),
        "sip_local_network_addr": here,
        "sip_profile_name": address.profile,
        "video_media_flow": "disabled",
        "text_media_flow": "disabled",
        "channel_name": f"sofia/{address.profile}/{target}",
        "sip_destination_url": f"sip:{target}",
        "originate_early_media": "false",
        "originate_endpoint": "sofia",
        "rtp_use_codec_string": "PCMU,PCMA",
        "local_media_ip": here,
        "local_media_port": str(20_000 + number % 10_000),
        "advertised_media_ip": here,
        "audio_media_flow": "sendrecv",
        "rtp_local_sdp_str": _description("FreeSWITCH", here, 20_000 + number % 10_000),
        "sip_outgoing_contact_uri": f"<sip:mod_sofia@{here}:5060>",
        "sip_req_uri": target,
        "sip_to_host": f"{address.host}:{address.port}",
        "sip_from_host": here,
        "sofia_profile_name": address.profile,
        "recovery_profile_name": address.profile,
        "sofia_profile_url": f"sip:mod_sofia@{here}:5060",
    }


def of_user(user: str, domain: str) -> dict[str, str]:
    """What the directory adds to a leg of a user who gave the right password."""
    return {
        "sip_authorized": "true",
        "sip_auth_username": user,
        "sip_auth_realm": domain,
        "user_name": user,
        "domain_name": domain,
    }


def to_user(user: str, domain: str) -> dict[str, str]:
    """What the directory's dial string adds to a leg that calls a user."""
    return {
        "dialed_user": user,
        "dialed_domain": domain,
        "sip_invite_domain": domain,
        "presence_id": f"{user}@{domain}",
    }


def media(address: Address, number: int) -> dict[str, str]:
    """The variables that appear when a leg's media starts."""
    here = "127.0.0.1"
    port = 20_000 + number % 10_000
    return {
        "switch_r_sdp": _description("user1", address.host, address.port + 1000),
        **_AUDIO,
        "rtp_local_sdp_str": _description("FreeSWITCH", here, port),
        "local_media_ip": here,
        "local_media_port": str(port),
        "advertised_media_ip": here,
        "rtp_use_timer_name": "soft",
        "rtp_use_pt": "0",
        "rtp_use_ssrc": str(386_219_079 + number),
        "remote_media_ip": address.host,
        "remote_media_port": str(address.port + 1000),
    }


def ending(*, cause: str, is_answered: bool, is_inbound: bool, by_far_end: bool) -> dict[str, str]:
    """The variables that tell how a leg ended; the disposition tells by which SIP message."""
    if is_answered:
        if not by_far_end:
            return {"sip_hangup_disposition": "send_bye"}
        return {
            "sip_term_status": "200",
            "proto_specific_hangup_cause": "sip:200",
            "sip_term_cause": "16",
            "sip_hangup_disposition": "recv_bye",
        }
    if is_inbound and not by_far_end:
        return {"sip_hangup_disposition": "send_refuse"}
    status, phrase, term_cause = _TERMINATIONS.get(cause, ("480", "Temporarily Unavailable", "31"))
    if not is_inbound and not by_far_end:
        status, phrase, term_cause = _TERMINATIONS["ORIGINATOR_CANCEL"]
        return {
            "sip_hangup_disposition": "send_cancel",
            "sip_invite_failure_status": status,
            "sip_invite_failure_phrase": phrase,
        }
    return {
        "sip_hangup_disposition": "recv_cancel" if is_inbound else "recv_refuse",
        "sip_invite_failure_status": status,
        "sip_invite_failure_phrase": phrase,
        "sip_term_status": status,
        "proto_specific_hangup_cause": f"sip:{status}",
        "sip_term_cause": term_cause,
    }


def _description(who: str, host: str, port: int) -> str:
    return (
        f"v=0\r\no={who} 53655765 2353687637 IN IP4 {host}\r\ns=-\r\nc=IN IP4 {host}\r\nt=0 0\r\n"
        f"m=audio {port} RTP/AVP 0 101\r\na=rtpmap:0 PCMU/8000\r\n"
        "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:20\r\na=sendrecv\r\n"
    )
