-- The timeline of agents: each change of what an agent does, and what reports make of it.

create table callcore.agent_changes (
    agent_id text not null,
    site text not null,
    entry_milliseconds bigint not null,
    entry_number bigint not null,
    changed_at timestamptz not null,
    before text not null,
    state text not null,
    reason text not null,
    actor text not null,
    note text not null,
    break_code text,
    holds text[] not null,
    queue text,
    call_id text,
    offer_id text,
    -- An entry's id may come again once Redis has lost its data, for another change: at another
    -- time. The same change read twice has the same of both.
    constraint agent_changes_pkey
        primary key (agent_id, site, entry_milliseconds, entry_number, changed_at),
    constraint agent_changes_agent_id_is_not_empty check (agent_id <> ''),
    constraint agent_changes_before_is_known check (before in (
        'logged_out', 'available', 'reserved', 'ringing', 'talking', 'wrapping_up', 'on_break')),
    constraint agent_changes_state_is_known check (state in (
        'logged_out', 'available', 'reserved', 'ringing', 'talking', 'wrapping_up', 'on_break')),
    constraint agent_changes_reason_is_known check (reason in (
        'command', 'feature_code', 'settings', 'floor_lost', 'standing_leg', 'offered', 'ringing',
        'bridged', 'no_answer', 'busy', 'refused', 'unregistered', 'unreachable', 'not_confirmed',
        'caller_gone', 'agent_gone', 'bridge_failed', 'switch_lost', 'reclaimed',
        'picked_up_elsewhere', 'caller_unreached', 'missed_calls', 'talk_ended', 'wrap_up_ended',
        'wrap_up_ended_early', 'wrap_up_extended', 'break_overrun', 'holds_changed',
        'queues_chosen')),
    constraint agent_changes_holds_are_known check (holds <@ array['unregistered', 'outside_call'])
);
create index agent_changes_agent_id_changed_at on callcore.agent_changes (agent_id, changed_at);
create index agent_changes_changed_at on callcore.agent_changes (changed_at);

comment on table callcore.agent_changes is
    'Each change of what an agent does, and of why a free agent is not asked: the agent''s '
    'timeline, in the order of entry_milliseconds, entry_number.';
comment on column callcore.agent_changes.agent_id is 'The agent.';
comment on column callcore.agent_changes.site is 'The site whose floor the agent is on.';
comment on column callcore.agent_changes.entry_milliseconds is
    'The first part of the change''s id on the floor: Redis'' clock, which never goes back here.';
comment on column callcore.agent_changes.entry_number is
    'The second part of the id: the order of changes in the same millisecond.';
comment on column callcore.agent_changes.changed_at is 'When it changed, by Redis'' clock.';
comment on column callcore.agent_changes.before is 'What the agent did until then.';
comment on column callcore.agent_changes.state is
    'What the agent did from then on; the same as before where something else changed.';
comment on column callcore.agent_changes.reason is
    'Why: who or what caused it, or why an offer was lost.';
comment on column callcore.agent_changes.actor is
    'callcore, the operator''s account, or agent for the agent''s own phone.';
comment on column callcore.agent_changes.note is 'What the operator said of it; often empty.';
comment on column callcore.agent_changes.break_code is
    'Of the break the agent was on from then on; else null.';
comment on column callcore.agent_changes.holds is
    'Why the agent was not asked from then on although free: unregistered, outside_call.';
comment on column callcore.agent_changes.queue is
    'The queue of the offer, the talk or the wrap-up that began, went on or ended with the change.';
comment on column callcore.agent_changes.call_id is
    'Its call: where callcore.call_records has it, once it has ended.';
comment on column callcore.agent_changes.offer_id is 'Its offer, as in callcore.offers.';

alter table callcore.offers
    drop constraint offers_lost_reason_is_known,
    add constraint offers_lost_reason_is_known check (lost_reason in (
        'no_answer', 'busy', 'refused', 'unregistered', 'unreachable', 'not_confirmed',
        'caller_gone', 'agent_gone', 'bridge_failed', 'switch_lost', 'reclaimed',
        'picked_up_elsewhere', 'caller_unreached'));

create or replace function callcore.is_miss(lost_reason text) returns boolean
    language sql immutable parallel safe
    return coalesce(lost_reason in (
        'no_answer', 'busy', 'refused', 'unregistered', 'unreachable', 'not_confirmed'), false);

-- Each row looks for its neighbours by the primary key, so that a view over one agent or one day
-- reads the rows of that agent or day only.
create view callcore.agent_states as
select
    changes.site,
    changes.agent_id,
    changes.state,
    changes.changed_at as began_at,
    nexts.changed_at as ended_at,
    greatest(0, extract(epoch from coalesce(nexts.changed_at, now()) - changes.changed_at))
        ::double precision as seconds,
    changes.reason,
    changes.actor,
    changes.note,
    changes.break_code,
    changes.state = 'on_break' and exists (
        select from callcore.agent_changes as news
        where news.agent_id = changes.agent_id and news.site = changes.site
            and news.reason = 'break_overrun'
            and (news.entry_milliseconds, news.entry_number, news.changed_at)
                >= (changes.entry_milliseconds, changes.entry_number, changes.changed_at)
            and (nexts.changed_at is null
                or (news.entry_milliseconds, news.entry_number, news.changed_at)
                    < (nexts.entry_milliseconds, nexts.entry_number, nexts.changed_at))
    ) as is_overrun,
    case when changes.state in ('reserved', 'ringing', 'talking', 'wrapping_up')
        then changes.queue end as queue,
    case when changes.state in ('reserved', 'ringing', 'talking', 'wrapping_up')
        then changes.call_id end as call_id,
    case when changes.state in ('reserved', 'ringing', 'talking', 'wrapping_up')
        then changes.offer_id end as offer_id,
    changes.entry_milliseconds,
    changes.entry_number
from callcore.agent_changes as changes
left join lateral (
    select later.entry_milliseconds, later.entry_number, later.changed_at
    from callcore.agent_changes as later
    where later.agent_id = changes.agent_id and later.site = changes.site
        and (later.entry_milliseconds, later.entry_number, later.changed_at)
            > (changes.entry_milliseconds, changes.entry_number, changes.changed_at)
        and (later.before <> later.state or later.state <> changes.state
            or later.break_code is distinct from changes.break_code)
    order by later.entry_milliseconds, later.entry_number, later.changed_at
    limit 1
) as nexts on true
where changes.before <> changes.state or coalesce((
    select earlier.state <> changes.state
        or earlier.break_code is distinct from changes.break_code
    from callcore.agent_changes as earlier
    where earlier.agent_id = changes.agent_id and earlier.site = changes.site
        and (earlier.entry_milliseconds, earlier.entry_number, earlier.changed_at)
            < (changes.entry_milliseconds, changes.entry_number, changes.changed_at)
    order by earlier.entry_milliseconds desc, earlier.entry_number desc, earlier.changed_at desc
    limit 1
), true);
comment on view callcore.agent_states is
    'Each stay of an agent in a state, until the next change of state; ended_at is null and seconds '
    'are until now if it goes on. Reason, actor and note are those of its beginning. Another break '
    'code is another stay; changes that keep the state are not. is_overrun: a break became longer '
    'than its code allows. Queue, call and offer are those of an offer, a talk or a wrap-up. '
    'entry_milliseconds, entry_number order the stays of one instant.';

create view callcore.breaks as
select
    site,
    agent_id,
    break_code,
    began_at,
    ended_at,
    seconds,
    is_overrun,
    reason,
    actor,
    note
from callcore.agent_states
where state = 'on_break';
comment on view callcore.breaks is
    'Each break of an agent; ended_at is null and seconds are until now if it goes on. is_overrun: '
    'it became longer than its code allows.';

create view callcore.agent_day_parts as
with recursive agents as (
    (select agent_id, site from callcore.agent_changes order by agent_id, site limit 1)
    union all
    select found.agent_id, found.site
    from agents
    cross join lateral (
        select agent_id, site
        from callcore.agent_changes
        where (agent_id, site) > (agents.agent_id, agents.site)
        order by agent_id, site
        limit 1
    ) as found
),
days as (
    select first_day + number as day
    from (
        select
            min(changed_at)::date as first_day,
            greatest(max(changed_at), now())::date as last_day
        from callcore.agent_changes
    ) as kept
    cross join lateral generate_series(0, last_day - first_day) as number
)
select
    parts.site,
    parts.agent_id,
    days.day,
    parts.began_at,
    parts.ended_at,
    greatest(0, extract(epoch from parts.ended_at - parts.began_at))::double precision as seconds,
    parts.before,
    parts.state,
    parts.reason,
    parts.break_code
from days
cross join lateral (
    select
        site,
        agent_id,
        began_at,
        coalesce(
            lead(began_at) over (
                partition by agent_id, site
                order by entry_milliseconds nulls first, entry_number, began_at),
            least((days.day + 1)::timestamptz, now())) as ended_at,
        before,
        state,
        reason,
        break_code
    from (
        select
            agents.site,
            agents.agent_id,
            days.day::timestamptz as began_at,
            latest.state as before,
            latest.state,
            null as reason,
            latest.break_code,
            null::bigint as entry_milliseconds,
            null::bigint as entry_number
        from agents
        cross join lateral (
            select state, break_code
            from callcore.agent_changes as earlier
            where earlier.agent_id = agents.agent_id and earlier.site = agents.site
                and earlier.changed_at < days.day::timestamptz
            order by earlier.changed_at desc, earlier.entry_milliseconds desc,
                earlier.entry_number desc
            limit 1
        ) as latest
        union all
        select
            site, agent_id, changed_at, before, state, reason, break_code,
            entry_milliseconds, entry_number
        from callcore.agent_changes
        where changed_at >= days.day::timestamptz and changed_at < (days.day + 1)::timestamptz
    ) as changes
) as parts
where parts.state <> 'logged_out' or parts.before <> 'logged_out';
comment on view callcore.agent_day_parts is
    'What each agent did by days (of the session''s time zone), from one change to the next, cut at '
    'midnight and at now: what agent_days is made of. What goes on from the day before has the '
    'reason null. Agents who are logged out are not here, but for the moment of logging out.';

create or replace view callcore.offer_facts as
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
        ::double precision as ring_seconds,
    offers.lost_reason
from callcore.offers as offers
join callcore.call_records as records using (call_id);

-- Rows of two kinds, added up by days.
create or replace view callcore.agent_days as
with facts as (
    select
        site,
        agent_id,
        date_trunc('day', reserved_at)::date as day,
        count(*) as offers_count,
        count(*) filter (where is_won) as won_count,
        count(*) filter (where is_miss) as misses_count,
        coalesce(sum(talk_seconds), 0) as talk_seconds,
        coalesce(sum(hold_seconds), 0) as hold_seconds,
        sum(ring_seconds) filter (where is_won) as won_ring_seconds,
        count(ring_seconds) filter (where is_won) as won_ring_count,
        case when is_miss then lost_reason end as miss_reason,
        null as state,
        null as break_code,
        null::double precision as state_seconds,
        0::bigint as logins_count,
        null::timestamptz as first_login_at,
        null::timestamptz as last_logout_at,
        0::bigint as wrap_ups_ended_early_count,
        0::bigint as wrap_up_extensions_count
    from callcore.offer_facts
    group by 1, 2, 3, miss_reason
    union all
    select
        site, agent_id, day, 0, 0, 0, 0, 0, null, 0, null,
        state,
        break_code,
        sum(seconds) filter (where state <> 'logged_out'),
        count(*) filter (where is_login),
        min(began_at) filter (where is_login),
        max(began_at) filter (where state = 'logged_out'),
        count(*) filter (where reason = 'wrap_up_ended_early'),
        count(*) filter (where reason = 'wrap_up_extended')
    from (
        select *, before = 'logged_out' and reason <> 'floor_lost' as is_login
        from callcore.agent_day_parts
    ) as parts
    group by 1, 2, 3, state, break_code
)
select
    site,
    agent_id,
    day,
    sum(offers_count)::bigint as offers_count,
    sum(won_count)::bigint as won_count,
    sum(misses_count)::bigint as misses_count,
    sum(offers_count - won_count - misses_count)::bigint as lost_otherwise_count,
    sum(talk_seconds) as talk_seconds,
    sum(hold_seconds) as hold_seconds,
    (sum(talk_seconds) / nullif(sum(won_count), 0)::double precision) as mean_talk_seconds,
    (sum(won_ring_seconds) / nullif(sum(won_ring_count), 0)::double precision)
        as mean_ring_seconds,
    coalesce(jsonb_object_agg(miss_reason, misses_count) filter (where miss_reason is not null),
        '{}') as misses_by_reason,
    sum(logins_count)::bigint as logins_count,
    min(first_login_at) as first_login_at,
    max(last_logout_at) as last_logout_at,
    coalesce(sum(state_seconds), 0) as logged_in_seconds,
    coalesce(sum(state_seconds) filter (where state = 'available'), 0) as available_seconds,
    coalesce(sum(state_seconds) filter (where state = 'reserved'), 0) as reserved_seconds,
    coalesce(sum(state_seconds) filter (where state = 'ringing'), 0) as ringing_seconds,
    coalesce(sum(state_seconds) filter (where state = 'talking'), 0) as talking_seconds,
    coalesce(sum(state_seconds) filter (where state = 'wrapping_up'), 0) as wrapping_up_seconds,
    coalesce(sum(state_seconds) filter (where state = 'on_break'), 0) as on_break_seconds,
    coalesce(jsonb_object_agg(coalesce(break_code, ''), state_seconds)
        filter (where state = 'on_break'), '{}') as on_break_seconds_by_code,
    sum(wrap_ups_ended_early_count)::bigint as wrap_ups_ended_early_count,
    sum(wrap_up_extensions_count)::bigint as wrap_up_extensions_count,
    coalesce(sum(state_seconds) filter (where state in ('talking', 'wrapping_up')), 0)
        / nullif(sum(state_seconds) filter (where state <> 'on_break'), 0) as occupancy
from facts
group by 1, 2, 3;
comment on view callcore.agent_days is
    'Each agent by days (of the session''s time zone). Offers, talk_seconds and what is made of them '
    'belong to the day in which the offer was made; the other seconds are those of that day, until '
    'now, a stay over midnight cut there. first_login_at and last_logout_at are null if there was '
    'none that day. occupancy = talking and wrapping up / logged in and not on break, from 0 to 1.';
