-- Callbacks promised to callers who waited on a switch that died.

alter table callcore.call_records
    drop constraint call_records_callback_origin_is_known,
    add constraint call_records_callback_origin_is_known check (callback_origin in (
        'overflow', 'waiting', 'request', 'abandoned', 'switch_lost'));
alter table callcore.callback_askings
    drop constraint callback_askings_origin_is_known,
    add constraint callback_askings_origin_is_known check (origin in (
        'overflow', 'waiting', 'request', 'abandoned', 'switch_lost'));

comment on column callcore.call_records.callback_origin is
    'How the promise came to be: offered to a caller who was not served (overflow), to or by one who '
    'waited (waiting), asked for by another system (request), made for a caller who hung up while '
    'waiting (abandoned), or for one who waited on a switch that died (switch_lost); null if this is '
    'no callback, or that was not known any more.';
comment on column callcore.callback_askings.origin is
    'How it came to it: overflow, waiting, request, abandoned or switch_lost, as in '
    'call_records.callback_origin.';
