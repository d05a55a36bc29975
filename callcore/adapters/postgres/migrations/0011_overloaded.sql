-- Callers who were not taken because the worker had more to do than it could.

alter table callcore.queue_visits
    drop constraint queue_visits_refusal_reason_is_known,
    add constraint queue_visits_refusal_reason_is_known check (refusal_reason in (
        'unknown_queue', 'queue_full', 'floor_unavailable', 'closed', 'closes_too_soon',
        'no_agents', 'estimate_too_long', 'overloaded'));

comment on column callcore.queue_visits.refusal_reason is
    'Why the caller was not admitted; null if admitted. For unknown_queue and overloaded the queue '
    'is what the caller came to: it may be the name of a menu, or of nothing.';
