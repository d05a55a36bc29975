"""FreeSWITCH's files: what they mean there."""
