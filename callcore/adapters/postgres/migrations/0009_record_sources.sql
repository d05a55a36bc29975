-- From what each record was made, so that one that knows more of its call can take its place.

alter table callcore.call_records
    add column source text not null default 'followed',
    add constraint call_records_source_is_known check (source in ('followed', 'floor', 'switch'));

comment on column callcore.call_records.source is
    'From what the record was made: by the process that followed the call to its end (followed), '
    'from what was held of a call whose end no process heard (floor), or from FreeSWITCH''s own '
    'record of the caller''s leg (switch). A record that knows more replaces one that knows less.';
