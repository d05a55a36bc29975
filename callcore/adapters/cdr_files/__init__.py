"""The files that FreeSWITCH's ``mod_json_cdr`` writes."""
