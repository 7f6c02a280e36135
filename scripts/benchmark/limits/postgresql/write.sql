-- A wish is written down as a draft: wish and journal, under the lock of its wisher's row.
WITH caller AS MATERIALIZED (
    SELECT persons.id, persons.real_name_sealed, organisations.name AS community
    FROM sessions
    JOIN persons ON persons.id = sessions.person_id
    JOIN residencies ON residencies.person_id = persons.id AND residencies.community_id = :place
        AND residencies.status != 'rejected'
    JOIN organisations ON organisations.id = residencies.community_id AND organisations.closed_at IS NULL
    WHERE sessions.token_digest = :digest AND sessions.expires_at > now() AND persons.status = 'active'
    FOR NO KEY UPDATE OF persons
), made AS (
    INSERT INTO wishes (community_id, state, title, description, category, beneficiary_group, estimated_cost,
        disclosure, salutation, wisher_id, by_family, for_child, carried, created_at, needs_look)
    SELECT :place::bigint, 'draft', '想要一盏台灯', '晚上看报纸看不清，想要一盏亮一点的台灯。', 'goods', 'elder', 80, 'title', '女士',
        caller.id, false, false, 0, now(), false
    FROM caller
    WHERE NOT EXISTS (SELECT * FROM wishes AS draft
        WHERE draft.wisher_id = caller.id AND draft.submitted_at IS NULL AND draft.created_at > now() - interval '1 day'
        OFFSET 999999)
    RETURNING wishes.*
-- with a key
), keyed AS (
    INSERT INTO idempotency_keys (person_id, key, fingerprint, created_at, status, answer_sealed)
    SELECT made.wisher_id, :key, :digest, now(), 201, repeat('x', 1350) FROM made
    ON CONFLICT (person_id, key) DO NOTHING
-- end
), line AS (
    INSERT INTO journal (at, actor_id, verb, subject_kind, subject_id, to_state, organisation_id, request)
    SELECT now(), made.wisher_id, 'write', 'wish', made.id, 'draft', made.community_id, left(:digest, 24) FROM made
)
SELECT made.id, made.created_at, caller.real_name_sealed, caller.community FROM made, caller;
