-- Callers whom a queue does not admit or keep, what became of them, and why a caller was offered to
-- one agent and not to another.

alter table callcore.queue_visits
    drop constraint queue_visits_leave_reason_is_known,
    drop constraint queue_visits_refusal_reason_is_known,
    add constraint queue_visits_leave_reason_is_known check (leave_reason in (
        'picked_up', 'abandoned', 'exit_key', 'maximum_wait', 'fallback', 'switch_lost',
        'caller_unreachable', 'queue_full', 'closed', 'no_agents', 'estimate_too_long',
        'withdrawn', 'moved', 'unanswered_too_long')),
    add constraint queue_visits_refusal_reason_is_known check (refusal_reason in (
        'unknown_queue', 'queue_full', 'floor_unavailable', 'closed', 'closes_too_soon',
        'no_agents', 'estimate_too_long')),
    add column waiting_limit integer,
    add column estimate_seconds callcore.seconds,
    add column last_priority integer,
    add column came_at timestamptz,
    add column is_resumed boolean not null default false,
    add column asked_by text not null default '',
    add column treatment text not null default '';

comment on column callcore.queue_visits.joined_at is
    'When the caller joined, or was refused. A caller who came from another queue with the wait so '
    'far, or has the place of a dropped call again, joined when that wait began.';
comment on column callcore.queue_visits.priority is
    'The caller''s priority at the join; higher is first.';
comment on column callcore.queue_visits.waited_seconds is
    'Time from joining to leaving. With the wait so far, that part is in the earlier visit too.';
comment on column callcore.queue_visits.waiting_limit is
    'How many might wait when the caller asked, or when one who waited had to leave for it; null '
    'if unknown.';
comment on column callcore.queue_visits.estimate_seconds is
    'The wait that was expected when the caller asked; null if it was unknown.';
comment on column callcore.queue_visits.last_priority is
    'The caller''s priority at the end of the visit, with what was gained by waiting or set by an '
    'operator; null in visits from before this was recorded, where it is the priority.';
comment on column callcore.queue_visits.came_at is
    'When the caller came to this queue, where the wait is counted from earlier; else null.';
comment on column callcore.queue_visits.is_resumed is
    'True if the caller had the place of an earlier call, which was dropped.';
comment on column callcore.queue_visits.asked_by is
    'The operator who withdrew or moved the caller; empty if none did.';
comment on column callcore.queue_visits.treatment is
    'Where the caller was sent from here, as queue:sales, menu:main, extension:5000, '
    'number:+48225550100, voicemail:7000 or goodbye; empty if nowhere.';
comment on column callcore.call_records.wait_seconds is
    'Time spent waiting in queues during this call, each moment counted once.';

alter table callcore.offers
    drop constraint offers_lost_reason_is_known,
    add constraint offers_lost_reason_is_known check (lost_reason in (
        'no_answer', 'busy', 'refused', 'unregistered', 'unreachable', 'caller_gone',
        'agent_gone', 'bridge_failed', 'switch_lost', 'reclaimed', 'picked_up_elsewhere'));

create table callcore.decisions (
    call_id text not null,
    decision_number integer not null,
    offer_id text not null,
    queue text not null,
    agent_id text not null,
    decided_at timestamptz not null,
    trigger text not null,
    waited_seconds callcore.seconds not null,
    priority integer not null,
    strategy text not null,
    open_level integer not null,
    skill_rule text not null,
    is_sticky boolean not null,
    passed_over jsonb not null,
    not_free jsonb not null,
    constraint decisions_pkey primary key (call_id, decision_number),
    constraint decisions_call_id_fkey foreign key (call_id)
        references callcore.call_records on delete cascade,
    constraint decisions_strategy_is_known check (strategy in (
        'longest_idle', 'round_robin', 'top_down', 'least_talk_time', 'fewest_calls',
        'sequential', 'random', 'ring_all', 'ring_progressively'))
);
create index decisions_agent_id_decided_at on callcore.decisions (agent_id, decided_at);
create index decisions_decided_at on callcore.decisions (decided_at);
create index decisions_offer_id on callcore.decisions (offer_id);

comment on table callcore.decisions is
    'Why each offer of a call was made to that agent then, and not to others.';
comment on column callcore.decisions.call_id is 'The call.';
comment on column callcore.decisions.decision_number is
    'The order of the call''s decisions, from 1.';
comment on column callcore.decisions.offer_id is 'The offer that was decided on.';
comment on column callcore.decisions.queue is 'The queue the caller waited in.';
comment on column callcore.decisions.agent_id is 'The agent who was chosen.';
comment on column callcore.decisions.decided_at is 'When it was decided.';
comment on column callcore.decisions.trigger is
    'What called for the decision: caller_joined, agent_free or relaxation.';
comment on column callcore.decisions.waited_seconds is 'How long the caller had waited.';
comment on column callcore.decisions.priority is
    'The caller''s priority then, with what was gained by waiting.';
comment on column callcore.decisions.strategy is 'By what the queue''s agents were ranked.';
comment on column callcore.decisions.open_level is
    'The highest level of agents who might be asked for the caller then.';
comment on column callcore.decisions.skill_rule is
    'What was asked of agents then; empty if nothing.';
comment on column callcore.decisions.is_sticky is
    'True if the agent is the one who talked with the caller last, and was waited for.';
comment on column callcore.decisions.passed_over is
    'The queue''s other free agents who were looked at, as [{agent_id, verdict, detail}].';
comment on column callcore.decisions.not_free is
    'The queue''s other agents, a moment later, as {state: [agent_id]}.';

create function callcore.is_overflow(reason text) returns boolean
    language sql immutable parallel safe
    return coalesce(reason in (
        'queue_full', 'closed', 'closes_too_soon', 'no_agents', 'maximum_wait',
        'estimate_too_long', 'exit_key', 'withdrawn', 'unanswered_too_long'), false);
comment on function callcore.is_overflow(text) is
    'True for the reasons for which a queue that does not admit or keep a caller has a treatment.';

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
    records.outcome = 'served' as is_served_in_the_end
from callcore.queue_visits as visits
join callcore.call_records as records using (call_id);

create view callcore.overflows_by_day as
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
where is_overflow
group by 1, 2, 3, 4, 5;
comment on view callcore.overflows_by_day is
    'Callers whom a queue did not admit (refused) or keep (left), by days (of the session''s time '
    'zone) of joining, by the reason and where they were sent; served_in_the_end counts those an '
    'agent picked up later in the same call.';

create view callcore.passed_over as
select
    records.site,
    decisions.queue,
    decisions.call_id,
    decisions.decision_number,
    decisions.decided_at,
    decisions.agent_id as chosen_agent_id,
    others.agent_id,
    others.verdict,
    others.detail
from callcore.decisions as decisions
join callcore.call_records as records using (call_id)
cross join lateral jsonb_to_recordset(decisions.passed_over)
    as others (agent_id text, verdict text, detail text);
comment on view callcore.passed_over is
    'Free agents who were not chosen in a decision, one a row, and why.';
