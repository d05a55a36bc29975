-- Promised callbacks: calls of their own, which wait on the place of the caller they were promised to.

alter table callcore.call_records
    drop constraint call_records_outcome_is_known,
    add constraint call_records_outcome_is_known check (outcome in (
        'served', 'abandoned', 'short_abandoned', 'refused', 'exited', 'overflowed', 'lost',
        'callback_promised', 'callback_failed')),
    add column is_callback boolean not null default false,
    add column callback_of text;
create index call_records_callback_of on callcore.call_records (callback_of)
    where callback_of is not null;

comment on column callcore.call_records.arrived_at is
    'When the caller''s leg reached callcore; of a callback, when it was promised.';
comment on column callcore.call_records.is_within_service_level is
    'Whether the pick-up came within the queue''s service level time; null without a pick-up, and of '
    'a callback.';
comment on column callcore.call_records.is_callback is
    'True if we called the customer, as was promised. Node and leg are those of the last attempt.';
comment on column callcore.call_records.callback_of is
    'The call in which the callback was promised; null if this is no callback.';

alter table callcore.queue_visits
    drop constraint queue_visits_leave_reason_is_known,
    add constraint queue_visits_leave_reason_is_known check (leave_reason in (
        'picked_up', 'abandoned', 'exit_key', 'maximum_wait', 'fallback', 'switch_lost',
        'caller_unreachable', 'queue_full', 'closed', 'no_agents', 'estimate_too_long',
        'withdrawn', 'moved', 'unanswered_too_long', 'callback_failed', 'callback_expired'));

comment on column callcore.queue_visits.treatment is
    'Where the caller was sent from here, as queue:sales, menu:main, extension:5000, '
    'number:+48225550100, voicemail:7000, callback:support or goodbye; empty if nowhere.';
comment on column callcore.decisions.trigger is
    'What called for the decision: caller_joined, agent_free, relaxation or callback_due.';

alter table callcore.offers
    drop constraint offers_lost_reason_is_known,
    add constraint offers_lost_reason_is_known check (lost_reason in (
        'no_answer', 'busy', 'refused', 'unregistered', 'unreachable', 'caller_gone',
        'agent_gone', 'bridge_failed', 'switch_lost', 'reclaimed', 'picked_up_elsewhere',
        'caller_unreached'));

create or replace view callcore.visit_facts as
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
        and visits.is_short_abandon as is_short_abandon,
    callcore.is_overflow(coalesce(visits.refusal_reason, visits.leave_reason)) as is_overflow,
    visits.treatment,
    visits.is_resumed,
    records.outcome = 'served' as is_served_in_the_end,
    records.is_callback
from callcore.queue_visits as visits
join callcore.call_records as records using (call_id);

create or replace view callcore.queue_intervals as
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
where not is_callback
group by 1, 2, 3;
comment on view callcore.queue_intervals is
    'Each queue by half hours of joining, without callbacks. service_level = picked up in time / '
    '(picked up + abandoned that were not short), from 0 to 1, null where nobody counts; '
    'asa_seconds = mean wait of those picked up.';

create or replace view callcore.service_level_by_day as
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
where not is_callback
group by 1, 2, 3;
comment on view callcore.service_level_by_day is
    'Each queue by days (of the session''s time zone) of joining, without callbacks, with the service '
    'level and the abandon rate from 0 to 1.';

create or replace view callcore.overflows_by_day as
select
    site,
    queue,
    date_trunc('day', joined_at)::date as day,
    coalesce(refusal_reason, leave_reason) as reason,
    treatment,
    count(*) filter (where not is_admitted) as refused_count,
    count(*) filter (where is_admitted) as left_count,
    count(*) filter (where is_served_in_the_end) as served_in_the_end_count,
    avg(waited_seconds) filter (where is_admitted) as mean_wait_seconds
from callcore.visit_facts
where is_overflow and not is_callback
group by 1, 2, 3, 4, 5;

create view callcore.callbacks_by_day as
select
    site,
    queue,
    date_trunc('day', arrived_at)::date as day,
    count(*) as promised_count,
    count(*) filter (where outcome = 'served') as served_count,
    count(*) filter (where outcome = 'callback_failed') as failed_count,
    count(*) filter (where outcome not in ('served', 'callback_failed')) as ended_otherwise_count,
    avg(wait_seconds) filter (where outcome = 'served') as mean_wait_seconds
from callcore.call_records
where is_callback
group by 1, 2, 3;
comment on view callcore.callbacks_by_day is
    'Callbacks by days (of the session''s time zone) on which they were promised and the queue they '
    'waited in last, with what became of them; mean_wait_seconds from the promise to the talk.';
