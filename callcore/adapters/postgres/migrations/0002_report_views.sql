-- What reports ask for most. Rows belong to the interval or day in which the caller joined or the
-- offer was made, whenever they ended, so that every column of a row speaks of the same callers.
-- Days are those of the session's time zone (set timezone = 'Europe/Warsaw').

create function callcore.is_miss(lost_reason text) returns boolean
    language sql immutable parallel safe
    return coalesce(lost_reason in (
        'no_answer', 'busy', 'refused', 'unregistered', 'unreachable'), false);
comment on function callcore.is_miss(text) is
    'True for the reasons that count as a miss of the agent; the others are nobody''s fault.';

create view callcore.visit_facts as
select
    records.site,
    visits.queue,
    visits.call_id,
    visits.visit_number,
    visits.joined_at,
    visits.waited_seconds,
    visits.leave_reason,
    visits.refusal_reason,
    visits.refusal_reason is null as is_admitted,
    coalesce(visits.leave_reason = 'picked_up', false) as is_picked_up,
    coalesce(visits.leave_reason = 'picked_up', false)
        and coalesce(records.is_within_service_level, false) as is_within_service_level,
    coalesce(visits.leave_reason in ('abandoned', 'exit_key'), false) as is_abandoned,
    coalesce(visits.leave_reason in ('abandoned', 'exit_key'), false)
        and visits.is_short_abandon as is_short_abandon
from callcore.queue_visits as visits
join callcore.call_records as records using (call_id);
comment on view callcore.visit_facts is
    'Queue visits with the questions of a report answered by yes or no. An abandon is a caller '
    'who hung up or pressed the exit key. A call picked up twice is within the service level '
    'or not as its record says, in both visits.';

create view callcore.queue_intervals as
select
    site,
    queue,
    date_bin('30 minutes', joined_at, timestamptz '2000-01-01 00:00:00+00') as interval_start,
    count(*) filter (where is_admitted) as joined_count,
    count(*) filter (where not is_admitted) as refused_count,
    count(*) filter (where is_picked_up) as picked_up_count,
    count(*) filter (where is_within_service_level) as picked_up_within_count,
    count(*) filter (where is_abandoned) as abandoned_count,
    count(*) filter (where is_short_abandon) as short_abandoned_count,
    count(*) filter (where is_admitted and not is_picked_up and not is_abandoned)
        as left_otherwise_count,
    avg(waited_seconds) filter (where is_picked_up) as asa_seconds,
    max(waited_seconds) filter (where is_admitted) as longest_wait_seconds,
    sum(waited_seconds) filter (where is_admitted) as waited_seconds,
    count(*) filter (where is_within_service_level)::double precision
        / nullif(count(*) filter (where is_picked_up)
            + count(*) filter (where is_abandoned and not is_short_abandon), 0)
        as service_level
from callcore.visit_facts
group by 1, 2, 3;
comment on view callcore.queue_intervals is
    'Each queue by half hours of joining. service_level = picked up in time / (picked up + '
    'abandoned that were not short), from 0 to 1, null where nobody counts; asa_seconds = mean '
    'wait of those picked up.';

create view callcore.service_level_by_day as
select
    site,
    queue,
    date_trunc('day', joined_at)::date as day,
    count(*) filter (where is_admitted) as joined_count,
    count(*) filter (where not is_admitted) as refused_count,
    count(*) filter (where is_picked_up) as picked_up_count,
    count(*) filter (where is_within_service_level) as picked_up_within_count,
    count(*) filter (where is_abandoned) as abandoned_count,
    count(*) filter (where is_short_abandon) as short_abandoned_count,
    avg(waited_seconds) filter (where is_picked_up) as asa_seconds,
    percentile_cont(0.9) within group (order by waited_seconds) filter (where is_picked_up)
        as wait_90th_percentile_seconds,
    count(*) filter (where is_abandoned and not is_short_abandon)::double precision
        / nullif(count(*) filter (where is_picked_up)
            + count(*) filter (where is_abandoned and not is_short_abandon), 0)
        as abandon_rate,
    count(*) filter (where is_within_service_level)::double precision
        / nullif(count(*) filter (where is_picked_up)
            + count(*) filter (where is_abandoned and not is_short_abandon), 0)
        as service_level
from callcore.visit_facts
group by 1, 2, 3;
comment on view callcore.service_level_by_day is
    'Each queue by days (of the session''s time zone) of joining, with the service level and the '
    'abandon rate from 0 to 1.';

create view callcore.offer_facts as
select
    records.site,
    offers.agent_id,
    offers.queue,
    offers.call_id,
    offers.offer_number,
    offers.reserved_at,
    offers.bridged_at is not null as is_won,
    callcore.is_miss(offers.lost_reason) as is_miss,
    case when offers.bridged_at is not null then greatest(0, extract(epoch from
        coalesce(offers.unbridged_at, offers.ended_at, records.ended_at) - offers.bridged_at))
        ::double precision end as talk_seconds,
    case when offers.bridged_at is not null then offers.hold_seconds::double precision end
        as hold_seconds,
    greatest(0, extract(epoch from
        coalesce(offers.picked_up_at, offers.ended_at) - offers.ringing_at))
        ::double precision as ring_seconds
from callcore.offers as offers
join callcore.call_records as records using (call_id);
comment on view callcore.offer_facts is
    'Offers with what a report asks: won, a miss, and how long it rang and they talked.';

create view callcore.agent_intervals as
select
    site,
    agent_id,
    date_bin('30 minutes', reserved_at, timestamptz '2000-01-01 00:00:00+00') as interval_start,
    count(*) as offers_count,
    count(*) filter (where is_won) as won_count,
    count(*) filter (where is_miss) as misses_count,
    count(*) filter (where not is_won and not is_miss) as lost_otherwise_count,
    coalesce(sum(talk_seconds), 0) as talk_seconds,
    coalesce(sum(hold_seconds), 0) as hold_seconds,
    avg(talk_seconds) as mean_talk_seconds,
    avg(ring_seconds) filter (where is_won) as mean_ring_seconds
from callcore.offer_facts
group by 1, 2, 3;
comment on view callcore.agent_intervals is
    'Each agent by half hours in which offers were made; talk is counted where its offer is.';

create view callcore.agent_days as
select
    site,
    agent_id,
    date_trunc('day', reserved_at)::date as day,
    count(*) as offers_count,
    count(*) filter (where is_won) as won_count,
    count(*) filter (where is_miss) as misses_count,
    count(*) filter (where not is_won and not is_miss) as lost_otherwise_count,
    coalesce(sum(talk_seconds), 0) as talk_seconds,
    coalesce(sum(hold_seconds), 0) as hold_seconds,
    avg(talk_seconds) as mean_talk_seconds,
    avg(ring_seconds) filter (where is_won) as mean_ring_seconds
from callcore.offer_facts
group by 1, 2, 3;
comment on view callcore.agent_days is
    'Each agent by days (of the session''s time zone) in which offers were made.';
