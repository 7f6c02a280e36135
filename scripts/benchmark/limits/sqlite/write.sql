-- A wish is written down as a draft, in order.
SELECT persons.id AS person, persons.real_name_sealed, organisations.name
FROM sessions
JOIN persons ON persons.id = sessions.person_id
JOIN residencies ON residencies.person_id = persons.id AND residencies.community_id = :place
    AND residencies.status != 'rejected'
JOIN organisations ON organisations.id = residencies.community_id AND organisations.closed_at IS NULL
WHERE sessions.token_digest = :digest AND sessions.expires_at > :now AND persons.status = 'active';

BEGIN IMMEDIATE;

INSERT INTO wishes (community_id, state, title, description, category, beneficiary_group, estimated_cost, disclosure,
    salutation, wisher_id, by_family, for_child, carried, created_at, needs_look)
VALUES (:place, 'draft', '想要一盏台灯', '晚上看报纸看不清，想要一盏亮一点的台灯。', 'goods', 'elder', 80, 'title', '女士', :person, 0, 0,
    0, :now, 0)
RETURNING id AS wish;

INSERT INTO journal (at, actor_id, verb, subject_kind, subject_id, to_state, organisation_id, request)
VALUES (:now, :person, 'write', 'wish', :wish, 'draft', :place, substr(:digest, 1, 24));

-- with a key
INSERT INTO idempotency_keys (person_id, key, fingerprint, created_at, status, answer_sealed)
VALUES (:person, :key, :digest, :now, 201, printf('%.*c', 1350, 'x'))
ON CONFLICT (person_id, key) DO NOTHING;
-- end
COMMIT;
