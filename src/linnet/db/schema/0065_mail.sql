-- Who asked for the statement of the week by mail.
CREATE TABLE statement_mail (
    person_id BIGINT PRIMARY KEY,
    since BIGINT NOT NULL,
    sent_week TEXT NOT NULL,             -- the last week that was sent, or that need not be: 2026-W47
    problem TEXT NOT NULL DEFAULT ''     -- why the last one could not be sent, in words
);
