-- A check-in with the code of the screen (compared in the product, not here): the sign-up and a line in the journal.
WITH wanted AS MATERIALIZED (
    SELECT sign_ups.id, sign_ups.community_id, persons.id AS person_id
    FROM sessions
    JOIN persons ON persons.id = sessions.person_id
    JOIN activities ON activities.id = :activity AND activities.state = 'published'
        AND activities.ends_at > now()
    JOIN sign_ups ON sign_ups.activity_id = activities.id AND sign_ups.person_id = persons.id
        AND sign_ups.state = 'confirmed'
    WHERE sessions.token_digest = :digest AND sessions.expires_at > now() AND persons.status = 'active'
        AND NOT EXISTS (SELECT * FROM sign_ups AS elsewhere
            WHERE elsewhere.person_id = persons.id AND elsewhere.state = 'checked_in')
), moved AS (
    UPDATE sign_ups SET state = 'checked_in', checked_in_at = now(), source = 'check_in', place_check = 'not_given'
    FROM wanted WHERE sign_ups.id = wanted.id AND sign_ups.state = 'confirmed'
    RETURNING sign_ups.*
-- with a key
), keyed AS (
    INSERT INTO idempotency_keys (person_id, key, fingerprint, created_at, status, answer_sealed)
    SELECT wanted.person_id, :key, :digest, now(), 200, repeat('x', 580) FROM wanted
    ON CONFLICT (person_id, key) DO NOTHING
-- end
), line AS (
    INSERT INTO journal (at, actor_id, verb, subject_kind, subject_id, from_state, to_state, organisation_id, facts,
        request)
    SELECT now(), moved.person_id, 'check_in', 'sign_up', moved.id, 'confirmed', 'checked_in', moved.community_id,
        '{"place": "not_given"}', left(:digest, 24)
    FROM moved
)
SELECT * FROM moved;
