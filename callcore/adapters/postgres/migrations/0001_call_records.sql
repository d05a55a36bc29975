-- The history of calls: one row a call, and what happened in it in tables of its own.
--
-- Words in check constraints are those of callcore's own enums. A record is written once, when
-- its call has ended, and never changed.

create domain callcore.seconds as double precision
    constraint seconds_are_finite check (value >= 0 and value < 'infinity');
comment on domain callcore.seconds is 'A length of time in seconds, with a fraction; never negative.';

create table callcore.call_records (
    call_id text not null,
    site text not null,
    node text not null,
    caller_leg_id text not null,
    caller_number text not null,
    caller_name text not null,
    dialled_number text not null,
    arrived_at timestamptz not null,
    line_answered_at timestamptz,
    picked_up_at timestamptz,
    bridged_at timestamptz,
    unbridged_at timestamptz,
    ended_at timestamptz not null,
    outcome text not null,
    hung_up_by text not null,
    hangup_cause text not null,
    queue text,
    agent_id text,
    wait_seconds callcore.seconds not null,
    talk_seconds callcore.seconds not null,
    hold_seconds callcore.seconds not null,
    is_within_service_level boolean,
    is_adopted boolean not null,
    faults text[] not null,
    written_at timestamptz not null default now(),
    constraint call_records_pkey primary key (call_id),
    constraint call_records_call_id_is_not_empty check (call_id <> ''),
    constraint call_records_outcome_is_known check (outcome in (
        'served', 'abandoned', 'short_abandoned', 'refused', 'exited', 'overflowed', 'lost')),
    constraint call_records_hung_up_by_is_known check (hung_up_by in (
        'caller', 'agent', 'callcore', 'switch', 'unknown'))
);
create index call_records_arrived_at on callcore.call_records (arrived_at);
create index call_records_queue_arrived_at on callcore.call_records (queue, arrived_at);
create index call_records_agent_id_arrived_at on callcore.call_records (agent_id, arrived_at);
create index call_records_caller_number_arrived_at
    on callcore.call_records (caller_number, arrived_at);

comment on table callcore.call_records is
    'One row a call: one caller''s dealing with us from arrival to end.';
comment on column callcore.call_records.call_id is
    'The call''s id; for an inbound call the channel id of the caller''s leg.';
comment on column callcore.call_records.site is 'The site whose workers served the call.';
comment on column callcore.call_records.node is 'The FreeSWITCH node the caller''s leg was on.';
comment on column callcore.call_records.caller_leg_id is
    'FreeSWITCH''s channel id of the caller''s leg.';
comment on column callcore.call_records.caller_number is
    'The number the caller showed: the caller''s own words, not proven.';
comment on column callcore.call_records.caller_name is
    'The name the caller showed: the caller''s own words, not proven.';
comment on column callcore.call_records.dialled_number is 'The number the caller dialled.';
comment on column callcore.call_records.arrived_at is 'When the caller''s leg reached callcore.';
comment on column callcore.call_records.line_answered_at is
    'When the switch answered the caller''s line, from which a carrier bills; null if never.';
comment on column callcore.call_records.picked_up_at is
    'When the agent who got the caller picked up; null if nobody did.';
comment on column callcore.call_records.bridged_at is
    'When caller and agent could first hear each other; null if never.';
comment on column callcore.call_records.unbridged_at is 'When the conversation ended.';
comment on column callcore.call_records.ended_at is 'When the call was over.';
comment on column callcore.call_records.outcome is
    'How the call ended from the caller''s point of view.';
comment on column callcore.call_records.hung_up_by is 'Who ended the call.';
comment on column callcore.call_records.hangup_cause is
    'FreeSWITCH''s hangup cause of the caller''s leg, as it is.';
comment on column callcore.call_records.queue is
    'The queue of the last visit; null if the caller asked for none.';
comment on column callcore.call_records.agent_id is
    'The agent who talked with the caller last; null if nobody did.';
comment on column callcore.call_records.wait_seconds is 'Time spent waiting in queues.';
comment on column callcore.call_records.talk_seconds is
    'Time in conversation with agents, holds included.';
comment on column callcore.call_records.hold_seconds is
    'The part of the conversation in which the caller was on hold.';
comment on column callcore.call_records.is_within_service_level is
    'Whether the pick-up came within the queue''s service level time; null without a pick-up.';
comment on column callcore.call_records.is_adopted is
    'True if another process began the call: what it did not leave behind is missing.';
comment on column callcore.call_records.faults is
    'What went wrong on our side during the call, in words of the log.';
comment on column callcore.call_records.written_at is 'When this row was written.';

create table callcore.queue_visits (
    call_id text not null,
    visit_number integer not null,
    queue text not null,
    joined_at timestamptz not null,
    priority integer not null,
    position_at_join integer,
    left_at timestamptz,
    leave_reason text,
    refusal_reason text,
    waited_seconds callcore.seconds not null,
    is_short_abandon boolean not null,
    announcements_count integer not null,
    constraint queue_visits_pkey primary key (call_id, visit_number),
    constraint queue_visits_call_id_fkey foreign key (call_id)
        references callcore.call_records on delete cascade,
    constraint queue_visits_position_is_from_one check (position_at_join >= 1),
    constraint queue_visits_leave_reason_is_known check (leave_reason in (
        'picked_up', 'abandoned', 'exit_key', 'maximum_wait', 'fallback', 'switch_lost', 'caller_unreachable')),
    constraint queue_visits_refusal_reason_is_known check (refusal_reason in (
        'unknown_queue', 'queue_full', 'floor_unavailable'))
);
create index queue_visits_queue_joined_at on callcore.queue_visits (queue, joined_at);
create index queue_visits_joined_at on callcore.queue_visits (joined_at);

comment on table callcore.queue_visits is
    'Each stay of a call in a queue, and each refusal of one.';
comment on column callcore.queue_visits.call_id is 'The call.';
comment on column callcore.queue_visits.visit_number is 'The order of the call''s visits, from 1.';
comment on column callcore.queue_visits.queue is 'The queue''s name.';
comment on column callcore.queue_visits.joined_at is
    'When the caller joined, or was refused.';
comment on column callcore.queue_visits.priority is 'The caller''s priority; higher is first.';
comment on column callcore.queue_visits.position_at_join is
    'The place in the order of service at the join, from 1; null if unknown or refused.';
comment on column callcore.queue_visits.left_at is 'When the caller left; null if refused.';
comment on column callcore.queue_visits.leave_reason is 'Why the caller left; null if refused.';
comment on column callcore.queue_visits.refusal_reason is
    'Why the caller was not admitted; null if admitted.';
comment on column callcore.queue_visits.waited_seconds is 'Time from joining to leaving.';
comment on column callcore.queue_visits.is_short_abandon is
    'True if the caller abandoned so early that it does not count against the service level.';
comment on column callcore.queue_visits.announcements_count is
    'How many announcements the caller was told.';

create table callcore.offers (
    call_id text not null,
    offer_number integer not null,
    offer_id text not null,
    queue text not null,
    agent_id text not null,
    leg_id text not null,
    reserved_at timestamptz not null,
    ringing_at timestamptz,
    picked_up_at timestamptz,
    bridged_at timestamptz,
    unbridged_at timestamptz,
    ended_at timestamptz,
    lost_reason text,
    hangup_cause text not null,
    hold_seconds callcore.seconds not null,
    constraint offers_pkey primary key (call_id, offer_number),
    constraint offers_call_id_fkey foreign key (call_id)
        references callcore.call_records on delete cascade,
    constraint offers_lost_reason_is_known check (lost_reason in (
        'no_answer', 'busy', 'refused', 'unregistered', 'unreachable', 'caller_gone',
        'agent_gone', 'bridge_failed', 'switch_lost', 'reclaimed'))
);
create index offers_agent_id_reserved_at on callcore.offers (agent_id, reserved_at);
create index offers_reserved_at on callcore.offers (reserved_at);
create index offers_offer_id on callcore.offers (offer_id);

comment on table callcore.offers is
    'Each offer of a call to an agent: won if bridged_at is set, else lost.';
comment on column callcore.offers.call_id is 'The call.';
comment on column callcore.offers.offer_number is 'The order of the call''s offers, from 1.';
comment on column callcore.offers.offer_id is 'The offer''s id, as in the log.';
comment on column callcore.offers.queue is 'The queue the caller waited in.';
comment on column callcore.offers.agent_id is 'The agent who was asked.';
comment on column callcore.offers.leg_id is 'FreeSWITCH''s channel id of the agent''s leg.';
comment on column callcore.offers.reserved_at is 'When the caller was promised to the agent.';
comment on column callcore.offers.ringing_at is 'When the agent''s phone rang; null if it never did.';
comment on column callcore.offers.picked_up_at is 'When the agent picked up.';
comment on column callcore.offers.bridged_at is 'When caller and agent could hear each other.';
comment on column callcore.offers.unbridged_at is 'When they no longer could.';
comment on column callcore.offers.ended_at is 'When the offer or its conversation was over.';
comment on column callcore.offers.lost_reason is
    'Why the offer did not end in a conversation; null if it did.';
comment on column callcore.offers.hangup_cause is
    'FreeSWITCH''s hangup cause of the agent''s leg, as it is; empty if there was none.';
comment on column callcore.offers.hold_seconds is 'How long the agent kept the caller on hold.';

create table callcore.digit_presses (
    call_id text not null,
    press_number integer not null,
    pressed_at timestamptz not null,
    digit text not null,
    constraint digit_presses_pkey primary key (call_id, press_number),
    constraint digit_presses_call_id_fkey foreign key (call_id)
        references callcore.call_records on delete cascade
);
comment on table callcore.digit_presses is 'Each key the caller pressed.';
comment on column callcore.digit_presses.call_id is 'The call.';
comment on column callcore.digit_presses.press_number is 'The order of the presses, from 1.';
comment on column callcore.digit_presses.pressed_at is 'When the key was pressed.';
comment on column callcore.digit_presses.digit is 'The key: 0-9, *, #, A-D.';

create table callcore.recordings (
    call_id text not null,
    recording_number integer not null,
    path text not null,
    started_at timestamptz not null,
    stopped_at timestamptz,
    constraint recordings_pkey primary key (call_id, recording_number),
    constraint recordings_call_id_fkey foreign key (call_id)
        references callcore.call_records on delete cascade
);
create index recordings_started_at on callcore.recordings (started_at);
comment on table callcore.recordings is 'Each recording of a conversation.';
comment on column callcore.recordings.call_id is 'The call.';
comment on column callcore.recordings.recording_number is 'The order of the recordings, from 1.';
comment on column callcore.recordings.path is 'The file on the switch''s host.';
comment on column callcore.recordings.started_at is 'When the recording began.';
comment on column callcore.recordings.stopped_at is
    'When it was complete; null if that was not seen.';
