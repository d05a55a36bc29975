-- Who asked to be called back, each call to a customer who was, and what became of every promise.

alter table callcore.call_records
    drop constraint call_records_outcome_is_known,
    add constraint call_records_outcome_is_known check (outcome in (
        'served', 'abandoned', 'short_abandoned', 'refused', 'exited', 'overflowed', 'lost',
        'callback_promised', 'callback_failed', 'callback_rang_in')),
    add column callback_origin text,
    add constraint call_records_callback_origin_is_known check (callback_origin in (
        'overflow', 'waiting', 'request', 'abandoned'));
update callcore.call_records set callback_origin = 'overflow' where is_callback;
create index call_records_callbacks_arrived_at on callcore.call_records (arrived_at)
    where is_callback;

comment on column callcore.call_records.callback_of is
    'The call in which the callback was promised; null if this is no callback, or one that was '
    'asked for without a call.';
comment on column callcore.call_records.callback_origin is
    'How the promise came to be: offered to a caller who was not served (overflow), to or by one who '
    'waited (waiting), asked for by another system (request), or made for a caller who hung up while '
    'waiting (abandoned); null if this is no callback, or that was not known any more.';

alter table callcore.queue_visits
    drop constraint queue_visits_leave_reason_is_known,
    add constraint queue_visits_leave_reason_is_known check (leave_reason in (
        'picked_up', 'abandoned', 'exit_key', 'maximum_wait', 'fallback', 'switch_lost',
        'caller_unreachable', 'queue_full', 'closed', 'no_agents', 'estimate_too_long',
        'withdrawn', 'moved', 'unanswered_too_long', 'callback_failed', 'callback_expired',
        'callback_asked', 'callback_declined', 'rang_in', 'number_refused'));

create table callcore.callback_attempts (
    call_id text not null,
    attempt_number integer not null,
    dialled_at timestamptz not null,
    answered_at timestamptz,
    outcome text not null,
    hangup_cause text not null,
    leg_id text,
    constraint callback_attempts_pkey primary key (call_id, attempt_number),
    constraint callback_attempts_call_id_fkey foreign key (call_id)
        references callcore.call_records on delete cascade,
    constraint callback_attempts_outcome_is_known check (outcome in (
        'talked', 'busy', 'no_answer', 'refused', 'unreachable', 'hung_up', 'silent', 'machine',
        'later', 'declined'))
);
create index callback_attempts_dialled_at on callcore.callback_attempts (dialled_at);

comment on table callcore.callback_attempts is
    'Each call to a customer who was promised one, but for those that callcore broke off itself.';
comment on column callcore.callback_attempts.call_id is 'The callback.';
comment on column callcore.callback_attempts.attempt_number is
    'The order of the callback''s attempts, from 1.';
comment on column callcore.callback_attempts.dialled_at is 'When the customer''s phone was called.';
comment on column callcore.callback_attempts.answered_at is
    'When the customer, or whatever it was, answered; null if nothing did.';
comment on column callcore.callback_attempts.outcome is
    'What came of it: talked with an agent, or why not.';
comment on column callcore.callback_attempts.hangup_cause is
    'FreeSWITCH''s hangup cause of the customer''s leg, as it is; empty if there was none.';
comment on column callcore.callback_attempts.leg_id is
    'FreeSWITCH''s channel id of the customer''s leg; null if there was none.';

create table callcore.callback_askings (
    call_id text not null,
    asking_number integer not null,
    asked_at timestamptz not null,
    queue text not null,
    origin text not null,
    outcome text not null,
    number text not null,
    promise text,
    constraint callback_askings_pkey primary key (call_id, asking_number),
    constraint callback_askings_call_id_fkey foreign key (call_id)
        references callcore.call_records on delete cascade,
    constraint callback_askings_origin_is_known check (origin in (
        'overflow', 'waiting', 'request', 'abandoned')),
    constraint callback_askings_outcome_is_known check (outcome in (
        'promised', 'already_promised', 'declined', 'silent', 'hung_up', 'picked_up', 'broken_off',
        'withheld', 'number_impossible', 'number_not_allowed', 'do_not_call', 'too_many',
        'not_kept_here', 'floor_unavailable'))
);
create index callback_askings_asked_at on callcore.callback_askings (asked_at);
create index callback_askings_queue_asked_at on callcore.callback_askings (queue, asked_at);
create index callback_askings_promise on callcore.callback_askings (promise)
    where promise is not null;

comment on table callcore.callback_askings is
    'Each time a caller was offered a callback or asked for one, and what came of it. What another '
    'system asked for is in the call that keeps the promise, and nowhere if nothing was promised.';
comment on column callcore.callback_askings.call_id is
    'The caller''s call; of a request the callback itself.';
comment on column callcore.callback_askings.asking_number is
    'The order of the call''s askings, from 1.';
comment on column callcore.callback_askings.asked_at is 'When it was known what came of it.';
comment on column callcore.callback_askings.queue is 'The queue that was to keep the place.';
comment on column callcore.callback_askings.origin is
    'How it came to it: overflow, waiting, request or abandoned, as in call_records.callback_origin.';
comment on column callcore.callback_askings.outcome is
    'What came of it: promised, promised before already, or why nothing was promised.';
comment on column callcore.callback_askings.number is
    'The number that was to be called, whole; empty if there was none.';
comment on column callcore.callback_askings.promise is
    'The call_id of the callback that holds; null if nothing was promised.';

create view callcore.callback_facts as
select
    records.site,
    records.queue,
    records.call_id,
    records.callback_of,
    records.callback_origin as origin,
    records.arrived_at as promised_at,
    records.ended_at,
    records.outcome,
    told_visit.leave_reason,
    records.outcome = 'served' as is_served,
    tries.attempts_count,
    tries.first_dialled_at,
    tries.last_outcome as last_attempt_outcome,
    case when records.outcome = 'served' then tries.talked_at_attempt end as talked_at_attempt,
    case when records.outcome = 'served'
        then extract(epoch from records.bridged_at - records.arrived_at)::double precision
    end as promise_to_talk_seconds,
    case when records.outcome = 'served'
        then extract(epoch from records.bridged_at - tries.talk_answered_at)::double precision
    end as held_seconds,
    records.wait_seconds,
    case when records.outcome = 'served' then told_visit.waited_seconds end as whole_wait_seconds
from callcore.call_records as records
cross join lateral (
    select
        count(*) as attempts_count,
        min(attempts.dialled_at) as first_dialled_at,
        (array_agg(attempts.outcome order by attempts.attempt_number desc))[1] as last_outcome,
        max(attempts.attempt_number) filter (where attempts.outcome = 'talked')
            as talked_at_attempt,
        max(attempts.answered_at) filter (where attempts.outcome = 'talked') as talk_answered_at
    from callcore.callback_attempts as attempts
    where attempts.call_id = records.call_id
) as tries
left join lateral (
    select visits.leave_reason, visits.waited_seconds
    from callcore.queue_visits as visits
    where visits.call_id = records.call_id
        and (records.outcome <> 'served' or visits.leave_reason = 'picked_up')
    order by visits.visit_number * (case when records.outcome = 'served' then 1 else -1 end)
    limit 1
) as told_visit on true
where records.is_callback;
comment on view callcore.callback_facts is
    'Promised callbacks, one a row, with what became of each. leave_reason is why it left the queue: '
    'of one that was served for the first talk, else the last one. talked_at_attempt is the number '
    'of the attempt in which they talked, promise_to_talk_seconds from the promise to that talk, '
    'held_seconds from the customer''s answering to it, whole_wait_seconds the wait before it with '
    'that of the call in which it was promised; all of them null where they did not talk. '
    'wait_seconds is the time in queues since the promise.';

create or replace view callcore.callbacks_by_day as
select
    site,
    queue,
    date_trunc('day', promised_at)::date as day,
    count(*) as promised_count,
    count(*) filter (where is_served) as served_count,
    count(*) filter (where outcome = 'callback_failed') as failed_count,
    count(*) filter (where outcome not in ('served', 'callback_failed', 'callback_rang_in'))
        as ended_otherwise_count,
    avg(wait_seconds) filter (where is_served) as mean_wait_seconds,
    count(*) filter (where outcome = 'callback_rang_in') as rang_in_count,
    count(*) filter (where outcome = 'callback_failed' and leave_reason = 'callback_failed')
        as not_reached_count,
    count(*) filter (where outcome = 'callback_failed' and leave_reason = 'callback_expired')
        as expired_count,
    count(*) filter (where outcome = 'callback_failed' and leave_reason = 'callback_declined')
        as declined_count,
    count(*) filter (where outcome = 'callback_failed' and leave_reason = 'number_refused')
        as number_refused_count,
    count(*) filter (where talked_at_attempt = 1) as talked_at_first_count,
    count(*) filter (where talked_at_attempt = 2) as talked_at_second_count,
    count(*) filter (where talked_at_attempt > 2) as talked_later_count,
    sum(attempts_count)::bigint as attempts_count,
    avg(promise_to_talk_seconds) as mean_promise_to_talk_seconds,
    percentile_cont(0.9) within group (order by promise_to_talk_seconds)
        as promise_to_talk_90th_percentile_seconds,
    avg(held_seconds) as mean_held_seconds
from callcore.callback_facts
group by 1, 2, 3;
comment on view callcore.callbacks_by_day is
    'Callbacks by days (of the session''s time zone) on which they were promised and the queue they '
    'waited in last, with what became of them: promised = served + failed + rang in + ended '
    'otherwise (an operator withdrew it), failed = not reached + expired + declined + number '
    'refused. Seconds are means of those served: promise_to_talk from the promise to the talk, held '
    'from the customer''s answering to it, wait in queues meanwhile.';

create view callcore.callback_askings_by_day as
select
    records.site,
    askings.queue,
    date_trunc('day', askings.asked_at)::date as day,
    askings.origin,
    askings.outcome,
    count(*) as askings_count
from callcore.callback_askings as askings
join callcore.call_records as records using (call_id)
group by 1, 2, 3, 4, 5;
comment on view callcore.callback_askings_by_day is
    'How often callbacks were offered or asked for, by days (of the session''s time zone), queue, '
    'how it came to it and what came of it.';

create view callcore.callback_attempts_by_day as
select
    records.site,
    records.queue,
    date_trunc('day', attempts.dialled_at)::date as day,
    attempts.outcome,
    count(*) as attempts_count
from callcore.callback_attempts as attempts
join callcore.call_records as records using (call_id)
group by 1, 2, 3, 4;
comment on view callcore.callback_attempts_by_day is
    'Calls to customers who were promised one, by days (of the session''s time zone), the queue the '
    'callback waited in last and what came of them.';
