-- Who may do what with the history, and what was done to it on purpose.

alter table callcore.call_records add column forgotten_at timestamptz;
create index call_records_site_ended_at on callcore.call_records (site, ended_at);
comment on column callcore.call_records.forgotten_at is
    'When the caller was made nobody: number, name, account and keys were taken out, what counts was '
    'kept; null if that never happened.';

create table callcore.audit (
    entry_number bigint generated always as identity,
    at timestamptz not null default now(),
    site text not null,
    actor text not null,
    database_user text not null default current_user,
    action text not null,
    subject text not null,
    counts jsonb not null,
    constraint audit_pkey primary key (entry_number),
    constraint audit_action_is_known check (action in ('retention', 'forget'))
);
create index audit_site_action_at on callcore.audit (site, action, at);
comment on table callcore.audit is
    'What was deleted or made nobody''s on purpose, one deed a row; nothing in it leads to a person.';
comment on column callcore.audit.entry_number is 'The order of the entries.';
comment on column callcore.audit.at is 'When it was done.';
comment on column callcore.audit.site is 'Whose history it was done to.';
comment on column callcore.audit.actor is 'Who asked for it: an operator, or callcore itself.';
comment on column callcore.audit.database_user is 'As whom it was done in the database.';
comment on column callcore.audit.action is
    'Age was the reason (retention), or a person''s wish (forget).';
comment on column callcore.audit.subject is
    'Of a wish the number, shortened to its ends; else up to which instant.';
comment on column callcore.audit.counts is
    'How many of each kind, as {"call_records": 12}.';

create function callcore.grant_rights() returns text
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $function$
declare
    wanted text;
    found record;
    missing text[] := '{}';
begin
    foreach wanted in array array['callcore_writer', 'callcore_reader', 'callcore_keeper'] loop
        begin
            if to_regrole(wanted) is null then
                execute format('create role %I nologin', wanted);
            end if;
        exception
            when insufficient_privilege then missing := missing || wanted;
            when duplicate_object or unique_violation then null;  -- made for another database
        end;
    end loop;
    for found in
        select rolname from pg_roles
        where rolname in ('callcore_writer', 'callcore_reader', 'callcore_keeper')
    loop
        execute format('grant usage on schema callcore to %I', found.rolname);
        execute format('grant select on callcore.migrations to %I', found.rolname);
    end loop;
    for found in
        select relname, relkind from pg_class
        where relnamespace = 'callcore'::regnamespace and relkind in ('r', 'v')
            and relname not in ('migrations', 'audit')
    loop
        if found.relkind = 'v' then
            if to_regrole('callcore_reader') is not null then
                execute format('grant select on callcore.%I to callcore_reader', found.relname);
            end if;
            continue;
        end if;
        if to_regrole('callcore_writer') is not null then
            execute format('grant select, insert on callcore.%I to callcore_writer', found.relname);
        end if;
        if to_regrole('callcore_keeper') is not null then
            execute format('grant select, delete on callcore.%I to callcore_keeper', found.relname);
        end if;
    end loop;
    if to_regrole('callcore_writer') is not null then
        grant delete on callcore.call_records to callcore_writer;
    end if;
    if to_regrole('callcore_keeper') is not null then
        grant update (caller_number, caller_name, account, faults, forgotten_at)
            on callcore.call_records to callcore_keeper;
        grant update (number) on callcore.callback_askings to callcore_keeper;
        grant select, insert on callcore.audit to callcore_keeper;
    end if;
    return case when missing = '{}' then '' else format(
        'the roles %s are missing, and %I may not create them: see docs/security.md, or go on as one '
        'user for everything', array_to_string(missing, ', '), current_user) end;
end
$function$;
revoke execute on function callcore.grant_rights() from public;
comment on function callcore.grant_rights() is
    'Gives callcore_writer, callcore_reader and callcore_keeper their rights on what is there by now, '
    'and creates them if the user may; what is missing, or nothing. To be called by the owner of the '
    'schema, as often as wanted.';

do $$
declare
    remark text := callcore.grant_rights();
begin
    if remark <> '' then
        raise warning '%', remark;
    end if;
end
$$;
