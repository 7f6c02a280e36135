-- A check-in, in order; the code of the screen is compared in the product, not here.
SELECT persons.id AS person FROM sessions JOIN persons ON persons.id = sessions.person_id
WHERE sessions.token_digest = :digest AND sessions.expires_at > :now AND persons.status = 'active';

BEGIN IMMEDIATE;

SELECT sign_ups.id AS sign_up, sign_ups.community_id AS place
FROM activities JOIN sign_ups ON sign_ups.activity_id = activities.id AND sign_ups.person_id = :person
    AND sign_ups.state = 'confirmed'
WHERE activities.id = :activity AND activities.state = 'published' AND activities.ends_at > :now
    AND NOT EXISTS (SELECT * FROM sign_ups AS elsewhere
        WHERE elsewhere.person_id = :person AND elsewhere.state = 'checked_in');

UPDATE sign_ups SET state = 'checked_in', checked_in_at = :now, source = 'check_in', place_check = 'not_given'
WHERE id = :sign_up;

INSERT INTO journal (at, actor_id, verb, subject_kind, subject_id, from_state, to_state, organisation_id, facts, request)
VALUES (:now, :person, 'check_in', 'sign_up', :sign_up, 'confirmed', 'checked_in', :place, '{"place": "not_given"}',
    substr(:digest, 1, 24));

-- with a key
INSERT INTO idempotency_keys (person_id, key, fingerprint, created_at, status, answer_sealed)
VALUES (:person, :key, :digest, :now, 200, printf('%.*c', 580, 'x'))
ON CONFLICT (person_id, key) DO NOTHING;
-- end
COMMIT;
