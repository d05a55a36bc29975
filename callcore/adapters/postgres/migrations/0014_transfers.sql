-- How agents send callers on is told by the switch, and not only inferred from a line that lives on.

alter table callcore.offers add column transfer text;
alter table callcore.offers add column transferred_to text not null default '';
comment on column callcore.offers.transfer is
    'How the agent sent the caller on after the talk, blind or attended; null if the agent did not, or '
    'the switch was not heard to tell.';
comment on column callcore.offers.transferred_to is
    'The number to which the caller was sent; empty if that is not known.';

create or replace view callcore.talk_facts as
select
    records.site,
    offers.queue,
    offers.agent_id,
    offers.call_id,
    offers.offer_number,
    offers.offer_id,
    records.is_callback,
    offers.reserved_at,
    offers.bridged_at as began_at,
    talks.ended_at,
    greatest(0, extract(epoch from talks.ended_at - offers.bridged_at))::double precision
        as talk_seconds,
    offers.hold_seconds::double precision as hold_seconds,
    coalesce(wrap_ups.seconds, 0) as wrap_up_seconds,
    greatest(0, extract(epoch from talks.ended_at - offers.bridged_at))::double precision
        + coalesce(wrap_ups.seconds, 0) as handle_seconds,
    ways.transferred_to is not null as is_transferred,
    ways.transferred_to,
    offers.transfer
from callcore.offers as offers
join callcore.call_records as records using (call_id)
cross join lateral (
    select coalesce(offers.unbridged_at, offers.ended_at, records.ended_at) as ended_at
) as talks
left join lateral (
    select sum(stays.seconds) as seconds
    from callcore.agent_states as stays
    where stays.agent_id = offers.agent_id
        and stays.site = records.site
        and stays.offer_id = offers.offer_id
        and stays.state = 'wrapping_up'
        and stays.began_at >= offers.bridged_at - interval '1 minute'
        and stays.began_at < talks.ended_at + interval '1 hour'
) as wrap_ups on true
left join lateral (
    select visits.queue
    from callcore.queue_visits as visits
    where visits.call_id = offers.call_id
        and coalesce(visits.came_at, visits.joined_at) >= offers.bridged_at
    order by visits.visit_number
    limit 1
) as next_visits on true
cross join lateral (
    select case
        when next_visits.queue is not null then next_visits.queue
        when offers.transfer is not null then offers.transferred_to
        when records.ended_at - talks.ended_at > interval '1 second'
            and records.hung_up_by = 'caller'
            and not exists (
                select from callcore.offers as others
                where others.call_id = offers.call_id and others.bridged_at > offers.bridged_at)
            and not exists (
                select from callcore.survey_answers as answers
                where answers.call_id = offers.call_id)
            then ''
    end as transferred_to
) as ways
where offers.bridged_at is not null;
comment on view callcore.talk_facts is
    'Talks, one a row: the offers that were won. talk_seconds has the holds in it; wrap_up_seconds is '
    'what the agent''s timeline has of the wrap-up after it (until now if it goes on, 0 if there is '
    'none); handle_seconds is both together. transferred_to is the queue to which the agent sent the '
    'caller, else the number, empty if that is not known, null if nowhere; transfer is how, where '
    'the switch told it. Where it did not: the caller''s line lived on after the talk, for more than '
    'a second and without a survey, until the caller hung up.';

-- Whoever takes a person out of the history takes the number out of here too.
alter function callcore.grant_rights() rename to grant_rights_to_tables;
comment on function callcore.grant_rights_to_tables() is
    'What grant_rights does but for single columns of transfers.';

create function callcore.grant_rights() returns text
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $function$
declare
    missing text := callcore.grant_rights_to_tables();
begin
    if to_regrole('callcore_keeper') is not null then
        grant update (transferred_to) on callcore.offers to callcore_keeper;
    end if;
    return missing;
end
$function$;
revoke execute on function callcore.grant_rights() from public;
comment on function callcore.grant_rights() is
    'Gives callcore_writer, callcore_reader and callcore_keeper their rights on what is there by now, '
    'and creates them if the user may; what is missing, or nothing. To be called by the owner of the '
    'schema, as often as wanted.';

do $$
begin
    perform callcore.grant_rights();  -- what is missing was told when the roles were made
end
$$;
