-- What callers answered after a talk, in which language they were spoken to, and as whom they were known.

alter table callcore.call_records
    add column language text not null default '',
    add column account text not null default '';
create index call_records_account_arrived_at on callcore.call_records (account, arrived_at)
    where account <> '';

comment on column callcore.call_records.language is
    'In which the caller was spoken to last, as en, pl, ru; empty in calls from before this was '
    'recorded.';
comment on column callcore.call_records.account is
    'What a caller list, a lookup or the dialplan knew the caller by; empty if nothing did.';
comment on column callcore.call_records.hung_up_by is
    'Who ended the call; where a survey followed the talk, who ended the talk.';
comment on column callcore.queue_visits.treatment is
    'Where the caller was sent from here, as queue:sales, menu:main, extension:5000, '
    'number:+48225550100, voicemail:7000, callback:support, survey:csat or goodbye; empty if nowhere.';

create table callcore.survey_answers (
    call_id text not null,
    answer_number integer not null,
    answered_at timestamptz not null,
    survey text not null,
    question text not null,
    answer text not null,
    queue text,
    agent_id text,
    offer_id text,
    constraint survey_answers_pkey primary key (call_id, answer_number),
    constraint survey_answers_call_id_fkey foreign key (call_id)
        references callcore.call_records on delete cascade,
    constraint survey_answers_answer_is_a_key check (answer ~ '\A[0-9*#]?\Z')
);
create index survey_answers_agent_id_answered_at
    on callcore.survey_answers (agent_id, answered_at);
create index survey_answers_survey_answered_at on callcore.survey_answers (survey, answered_at);

comment on table callcore.survey_answers is
    'Each question that a caller was asked after a talk, with the answer; those that were not '
    'asked have no row.';
comment on column callcore.survey_answers.call_id is 'The call.';
comment on column callcore.survey_answers.answer_number is
    'The order of the call''s answers, from 1.';
comment on column callcore.survey_answers.answered_at is
    'When the caller answered, or was waited for no longer.';
comment on column callcore.survey_answers.survey is 'The survey''s name.';
comment on column callcore.survey_answers.question is 'The question''s name.';
comment on column callcore.survey_answers.answer is
    'The key: 0-9, *, #; empty if the caller gave no answer in all tries.';
comment on column callcore.survey_answers.queue is
    'The queue of the talk that was asked about; null if that was not known any more.';
comment on column callcore.survey_answers.agent_id is
    'The agent of that talk; null if not known any more.';
comment on column callcore.survey_answers.offer_id is
    'The offer that led to that talk; null if not known any more.';

create view callcore.survey_facts as
select
    records.site,
    answers.survey,
    answers.question,
    answers.queue,
    answers.agent_id,
    answers.call_id,
    answers.answer_number,
    answers.answered_at,
    answers.answer,
    answers.answer <> '' as is_answered,
    case when answers.answer in ('0', '1', '2', '3', '4', '5', '6', '7', '8', '9')
        then answers.answer::integer end as score,
    records.language,
    records.account
from callcore.survey_answers as answers
join callcore.call_records as records using (call_id);
comment on view callcore.survey_facts is
    'Answers with what a report asks: whether there is one, and its digit as a number.';

create view callcore.surveys_by_day as
select
    site,
    survey,
    question,
    queue,
    agent_id,
    day,
    sum(asked_count)::bigint as asked_count,
    coalesce(sum(asked_count) filter (where answer <> ''), 0)::bigint as answered_count,
    sum(score * asked_count)::double precision
        / nullif(sum(asked_count) filter (where score is not null), 0) as mean_score,
    coalesce(jsonb_object_agg(answer, asked_count) filter (where answer <> ''), '{}') as answers
from (
    select
        site, survey, question, queue, agent_id,
        date_trunc('day', answered_at)::date as day,
        answer, score,
        count(*) as asked_count
    from callcore.survey_facts
    group by 1, 2, 3, 4, 5, 6, 7, 8
) as counted
group by 1, 2, 3, 4, 5, 6;
comment on view callcore.surveys_by_day is
    'Each question by queue, agent and days (of the session''s time zone): how often it was asked '
    'and answered, the mean of the digits (null without one), and how often each key was the answer, '
    'as {"5": 12}.';
