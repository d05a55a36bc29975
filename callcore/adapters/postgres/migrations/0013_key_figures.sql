-- The key figures of call centres (docs/kpis.md has each with its formula): by queue and by agent,
-- by intervals of a chosen length, empty ones too. Days, and the intervals in them, are those of the
-- session's time zone. The functions read views only, so that callcore_reader may call them.

create function callcore.interval_of(at timestamptz, step interval) returns timestamptz
    language sql stable parallel safe
    return case
        when step = interval '1 day' then date_trunc('day', at)
        else date_bin(step, at, date_trunc('day', at))
    end;
comment on function callcore.interval_of(timestamptz, interval) is
    'The beginning of the interval that an instant is in: a day, or a part of one counted from '
    'midnight of the session''s time zone.';

create function callcore.intervals(
    since timestamptz, until timestamptz, step interval default '30 minutes')
    returns table (interval_start timestamptz, interval_end timestamptz)
    language plpgsql stable
as $function$
begin
    if step <= interval '0' or mod(86400, extract(epoch from step)) <> 0 then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('a step of %s does not divide a day', step),
            hint = 'use 15, 30 or 60 minutes, or 1 day';
    end if;
    return query
        select starts.at, least(starts.at + step, (days.day + interval '1 day')::timestamptz)
        from generate_series(
            date_trunc('day', since::timestamp),
            (until - interval '1 microsecond')::timestamp,
            interval '1 day') as days (day)
        cross join lateral generate_series(
            days.day::timestamptz,
            (days.day + interval '1 day')::timestamptz - interval '1 microsecond',
            step) as starts (at)
        where starts.at < until
            and least(starts.at + step, (days.day + interval '1 day')::timestamptz) > since;
end
$function$;
comment on function callcore.intervals(timestamptz, timestamptz, interval) is
    'All intervals of that length that have a part in the time asked about: 15, 30 or 60 minutes, or '
    'whatever divides a day.';

create view callcore.talk_facts as
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
    ways.transferred_to
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
    'caller, empty for somewhere besides callcore, null if nowhere: the caller''s line lived on '
    'after the talk, for more than a second and without a survey, until the caller hung up.';

create view callcore.talks_by_day as
select
    site,
    queue,
    agent_id,
    date_trunc('day', reserved_at)::date as day,
    count(*) as talks_count,
    sum(talk_seconds) as talk_seconds,
    sum(hold_seconds) as hold_seconds,
    sum(wrap_up_seconds) as wrap_up_seconds,
    avg(talk_seconds) as mean_talk_seconds,
    avg(hold_seconds) as mean_hold_seconds,
    avg(wrap_up_seconds) as mean_wrap_up_seconds,
    avg(handle_seconds) as mean_handle_seconds,
    count(*) filter (where is_transferred) as transferred_count,
    count(*) filter (where is_transferred)::double precision / count(*) as transfer_rate
from callcore.talk_facts
group by 1, 2, 3, 4;
comment on view callcore.talks_by_day is
    'Talks of each queue and agent by days (of the session''s time zone) on which the offer was made, '
    'callbacks included: how many, their length, and how many of them the agent transferred.';

create view callcore.contact_facts as
select
    records.site,
    records.queue,
    records.agent_id,
    records.call_id,
    records.is_callback,
    records.arrived_at,
    records.ended_at,
    next_calls.arrived_at as next_call_at
from callcore.call_records as records
left join lateral (
    select later.arrived_at
    from callcore.call_records as later
    where later.caller_number = records.caller_number
        and later.site = records.site
        and later.arrived_at >= records.ended_at
        and not later.is_callback
    order by later.arrived_at
    limit 1
) as next_calls on true
where records.outcome = 'served' and records.caller_number ~ '[0-9]';
comment on view callcore.contact_facts is
    'Calls in which somebody with a number talked with an agent, with when the same number called '
    'again (whichever queue, served or not; a callback is our call and not the customer''s); null if '
    'it has not. Numbers are the same if they are written the same.';

create function callcore.queue_kpis(
    since timestamptz, until timestamptz, step interval default '30 minutes')
    returns table (
        site text,
        queue text,
        interval_start timestamptz,
        joined_count bigint,
        refused_count bigint,
        picked_up_count bigint,
        picked_up_within_count bigint,
        abandoned_count bigint,
        short_abandoned_count bigint,
        left_otherwise_count bigint,
        asa_seconds double precision,
        longest_wait_seconds double precision,
        abandon_rate double precision,
        service_level double precision,
        talks_count bigint,
        mean_talk_seconds double precision,
        mean_hold_seconds double precision,
        mean_wrap_up_seconds double precision,
        mean_handle_seconds double precision,
        transferred_count bigint,
        transfer_rate double precision)
    language sql stable
as $function$
    with waits as (
        select
            facts.site,
            facts.queue,
            callcore.interval_of(facts.joined_at, step) as interval_start,
            count(*) filter (where is_admitted) as joined_count,
            count(*) filter (where not is_admitted) as refused_count,
            count(*) filter (where is_picked_up) as picked_up_count,
            count(*) filter (where is_within_service_level) as within_count,
            count(*) filter (where is_abandoned) as abandoned_count,
            count(*) filter (where is_short_abandon) as short_count,
            avg(waited_seconds) filter (where is_picked_up) as asa_seconds,
            max(waited_seconds) filter (where is_admitted) as longest_wait_seconds
        from callcore.visit_facts as facts
        where facts.joined_at >= since and facts.joined_at < until and not facts.is_callback
        group by 1, 2, 3
    ),
    talks as (
        select
            facts.site,
            facts.queue,
            callcore.interval_of(facts.reserved_at, step) as interval_start,
            count(*) as talks_count,
            avg(talk_seconds) as mean_talk_seconds,
            avg(hold_seconds) as mean_hold_seconds,
            avg(wrap_up_seconds) as mean_wrap_up_seconds,
            avg(handle_seconds) as mean_handle_seconds,
            count(*) filter (where is_transferred) as transferred_count
        from callcore.talk_facts as facts
        where facts.reserved_at >= since and facts.reserved_at < until
        group by 1, 2, 3
    ),
    queues as (
        select waits.site, waits.queue from waits union select talks.site, talks.queue from talks
    )
    select
        queues.site,
        queues.queue,
        steps.interval_start,
        coalesce(waits.joined_count, 0),
        coalesce(waits.refused_count, 0),
        coalesce(waits.picked_up_count, 0),
        coalesce(waits.within_count, 0),
        coalesce(waits.abandoned_count, 0),
        coalesce(waits.short_count, 0),
        coalesce(waits.joined_count - waits.picked_up_count - waits.abandoned_count, 0),
        waits.asa_seconds,
        waits.longest_wait_seconds,
        (waits.abandoned_count - waits.short_count)::double precision
            / nullif(waits.picked_up_count + waits.abandoned_count - waits.short_count, 0),
        waits.within_count::double precision
            / nullif(waits.picked_up_count + waits.abandoned_count - waits.short_count, 0),
        coalesce(talks.talks_count, 0),
        talks.mean_talk_seconds,
        talks.mean_hold_seconds,
        talks.mean_wrap_up_seconds,
        talks.mean_handle_seconds,
        coalesce(talks.transferred_count, 0),
        talks.transferred_count::double precision / nullif(talks.talks_count, 0)
    from queues
    cross join callcore.intervals(since, until, step) as steps
    left join waits using (site, queue, interval_start)
    left join talks using (site, queue, interval_start)
    order by queues.site, queues.queue, steps.interval_start
$function$;
comment on function callcore.queue_kpis(timestamptz, timestamptz, interval) is
    'Each queue that had something to do in that time, by intervals, those without calls too (counts '
    'are 0 there, means and rates null). Waits belong to the interval in which the caller joined, '
    'without callbacks; talks to that in which the offer was made, with them.';

create function callcore.agent_kpis(
    since timestamptz, until timestamptz, step interval default '30 minutes')
    returns table (
        site text,
        agent_id text,
        interval_start timestamptz,
        offers_count bigint,
        misses_count bigint,
        talks_count bigint,
        mean_talk_seconds double precision,
        mean_hold_seconds double precision,
        mean_wrap_up_seconds double precision,
        mean_handle_seconds double precision,
        transferred_count bigint,
        transfer_rate double precision,
        logged_in_seconds double precision,
        on_break_seconds double precision,
        talking_seconds double precision,
        wrapping_up_seconds double precision,
        occupancy double precision,
        talks_per_hour double precision)
    language sql stable
as $function$
    with made as (
        select
            facts.site,
            facts.agent_id,
            callcore.interval_of(facts.reserved_at, step) as interval_start,
            count(*) as offers_count,
            count(*) filter (where is_miss) as misses_count
        from callcore.offer_facts as facts
        where facts.reserved_at >= since and facts.reserved_at < until
        group by 1, 2, 3
    ),
    talks as (
        select
            facts.site,
            facts.agent_id,
            callcore.interval_of(facts.reserved_at, step) as interval_start,
            count(*) as talks_count,
            avg(talk_seconds) as mean_talk_seconds,
            avg(hold_seconds) as mean_hold_seconds,
            avg(wrap_up_seconds) as mean_wrap_up_seconds,
            avg(handle_seconds) as mean_handle_seconds,
            count(*) filter (where is_transferred) as transferred_count
        from callcore.talk_facts as facts
        where facts.reserved_at >= since and facts.reserved_at < until
        group by 1, 2, 3
    ),
    stays as (
        select
            parts.site,
            parts.agent_id,
            starts.at as interval_start,
            parts.state,
            greatest(0, extract(epoch from
                least(parts.ended_at, starts.at + step, until)
                - greatest(parts.began_at, starts.at, since)))::double precision as seconds
        from callcore.agent_day_parts as parts
        cross join lateral generate_series(
            callcore.interval_of(parts.began_at, step), parts.ended_at, step) as starts (at)
        where parts.day >= since::date and parts.day <= until::date
            and parts.began_at < until and parts.ended_at > since
            and parts.state <> 'logged_out'
    ),
    times as (
        select
            stays.site,
            stays.agent_id,
            stays.interval_start,
            sum(seconds) as logged_in_seconds,
            coalesce(sum(seconds) filter (where state = 'on_break'), 0) as on_break_seconds,
            coalesce(sum(seconds) filter (where state = 'talking'), 0) as talking_seconds,
            coalesce(sum(seconds) filter (where state = 'wrapping_up'), 0) as wrapping_up_seconds
        from stays
        group by 1, 2, 3
    ),
    agents as (
        select made.site, made.agent_id from made
        union select times.site, times.agent_id from times
    )
    select
        agents.site,
        agents.agent_id,
        steps.interval_start,
        coalesce(made.offers_count, 0),
        coalesce(made.misses_count, 0),
        coalesce(talks.talks_count, 0),
        talks.mean_talk_seconds,
        talks.mean_hold_seconds,
        talks.mean_wrap_up_seconds,
        talks.mean_handle_seconds,
        coalesce(talks.transferred_count, 0),
        talks.transferred_count::double precision / nullif(talks.talks_count, 0),
        coalesce(times.logged_in_seconds, 0),
        coalesce(times.on_break_seconds, 0),
        coalesce(times.talking_seconds, 0),
        coalesce(times.wrapping_up_seconds, 0),
        (times.talking_seconds + times.wrapping_up_seconds)
            / nullif(times.logged_in_seconds - times.on_break_seconds, 0),
        coalesce(talks.talks_count, 0) * 3600
            / nullif(times.logged_in_seconds - times.on_break_seconds, 0)
    from agents
    cross join callcore.intervals(since, until, step) as steps
    left join made using (site, agent_id, interval_start)
    left join talks using (site, agent_id, interval_start)
    left join times using (site, agent_id, interval_start)
    order by agents.site, agents.agent_id, steps.interval_start
$function$;
comment on function callcore.agent_kpis(timestamptz, timestamptz, interval) is
    'Each agent who was logged in or asked in that time, by intervals. Offers and talks belong to the '
    'interval in which the offer was made; the other seconds are those of the interval, until now. '
    'occupancy = talking and wrapping up / logged in and not on break; talks_per_hour is by the same '
    'hours.';

create function callcore.first_call_resolution(
    since timestamptz, until timestamptz, days integer default 7, step interval default '1 day')
    returns table (
        site text,
        queue text,
        agent_id text,
        interval_start timestamptz,
        resolved_count bigint,
        repeated_count bigint,
        undecided_count bigint,
        first_call_resolution double precision)
    language plpgsql stable
as $function$
begin
    if days < 1 then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('nobody can call again within %s days', days),
            hint = 'use 1 or more';
    end if;
    perform from callcore.intervals(since, since, step);
    return query
        with contacts as (
            select
                facts.site,
                facts.queue,
                facts.agent_id,
                callcore.interval_of(facts.arrived_at, step) as starts_at,
                coalesce(facts.next_call_at < facts.ended_at + make_interval(days => days), false)
                    as is_repeated,
                facts.ended_at + make_interval(days => days) > now() as may_be_repeated
            from callcore.contact_facts as facts
            where facts.arrived_at >= since and facts.arrived_at < until
        ),
        counted as (
            select
                contacts.site,
                contacts.queue,
                contacts.agent_id,
                contacts.starts_at,
                count(*) filter (where not is_repeated and not may_be_repeated) as resolved,
                count(*) filter (where is_repeated) as repeated,
                count(*) filter (where not is_repeated and may_be_repeated) as undecided
            from contacts
            group by 1, 2, 3, 4
        )
        select
            counted.*,
            counted.resolved::double precision / nullif(counted.resolved + counted.repeated, 0)
        from counted
        order by 1, 2, 3, 4;
end
$function$;
comment on function callcore.first_call_resolution(timestamptz, timestamptz, integer, interval) is
    'Calls that arrived in that time and were served, by the last queue and agent: resolved if the '
    'same number did not call again within so many days of the end, repeated if it did, undecided if '
    'it still may. first_call_resolution = resolved / (resolved + repeated), from 0 to 1.';

create function callcore.csat(
    since timestamptz,
    until timestamptz,
    survey text,
    question text,
    satisfied_from integer default 4,
    step interval default '1 day')
    returns table (
        site text,
        queue text,
        agent_id text,
        interval_start timestamptz,
        asked_count bigint,
        answered_count bigint,
        satisfied_count bigint,
        mean_score double precision,
        answer_rate double precision,
        csat double precision)
    language plpgsql stable
as $function$
begin
    perform from callcore.intervals(since, since, step);
    return query
        select
            facts.site,
            facts.queue,
            facts.agent_id,
            callcore.interval_of(facts.answered_at, step) as starts_at,
            count(*),
            count(facts.score),
            count(*) filter (where facts.score >= satisfied_from),
            avg(facts.score)::double precision,
            count(facts.score)::double precision / count(*),
            count(*) filter (where facts.score >= satisfied_from)::double precision
                / nullif(count(facts.score), 0)
        from callcore.survey_facts as facts
        where facts.survey = csat.survey and facts.question = csat.question
            and facts.answered_at >= since and facts.answered_at < until
        group by 1, 2, 3, 4
        order by 1, 2, 3, 4;
end
$function$;
comment on function callcore.csat(
    timestamptz, timestamptz, text, text, integer, interval) is
    'Answers to one question of one survey, by the queue and agent of the talk that was asked about. '
    'answered_count counts answers that are digits. csat = answers of satisfied_from or more / '
    'answers, from 0 to 1.';

do $$
begin
    perform callcore.grant_rights();  -- what is missing was told when it was first called
end
$$;
