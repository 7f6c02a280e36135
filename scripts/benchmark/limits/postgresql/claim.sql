-- A claim: caller and wish are read under their locks, then wish, claim, journal, notice and delivery are written.
WITH caller AS MATERIALIZED (
    SELECT persons.id, persons.real_name_sealed, registered.unit_id, registered.community_id
    FROM sessions
    JOIN persons ON persons.id = sessions.person_id
    JOIN party_registrations AS registered
        ON registered.person_id = persons.id AND registered.status = 'verified'
    WHERE sessions.token_digest = :digest AND sessions.expires_at > now() AND persons.status = 'active'
    FOR NO KEY UPDATE OF persons
), wanted AS MATERIALIZED (
    SELECT wishes.id, wishes.community_id, wishes.number, wishes.title, wishes.wisher_id,
        (now() AT TIME ZONE 'Asia/Shanghai')::date + 30 AS promised_on
    FROM wishes JOIN caller ON caller.community_id = wishes.community_id
    WHERE wishes.id = :wish AND wishes.state = 'published' AND wishes.wisher_id != caller.id
        AND (SELECT count(*) FROM claims
            WHERE claims.person_id = caller.id AND claims.outcome IS NULL AND claims.fulfilled_at IS NULL) < 1000000
    FOR NO KEY UPDATE OF wishes
), moved AS (
    UPDATE wishes SET state = 'claimed', claimer_id = caller.id
    FROM wanted, caller WHERE wishes.id = wanted.id
    RETURNING wishes.id
), line AS (
    INSERT INTO journal (at, actor_id, verb, subject_kind, subject_id, from_state, to_state, organisation_id, facts,
        request)
    SELECT now(), caller.id, 'claim', 'wish', wanted.id, 'published', 'claimed', wanted.community_id,
        '{"party": "personal"}', left(:digest, 24)
    FROM wanted, caller
), made AS (
    INSERT INTO claims (wish_id, person_id, party, claimed_at, promised_on, needs_look, member_unit_id)
    SELECT wanted.id, caller.id, 'personal', now(), wanted.promised_on, false, caller.unit_id
    FROM wanted, caller
    RETURNING claims.id
), told AS (
    INSERT INTO notices (person_id, kind, title, body, subject_kind, subject_id, created_at)
    SELECT wanted.wisher_id, 'wish_claimed', '心愿有人认领了', '心愿“' || wanted.title || '”（' || wanted.number
        || '）已有党员认领，承诺在 ' || to_char(wanted.promised_on, 'YYYY"年"MM"月"DD"日"') || ' 前完成。',
        'wish', wanted.id, now()
    FROM wanted
    RETURNING notices.id, notices.person_id
), sent AS (
    INSERT INTO deliveries (notice_id, template, data, page, state, attempts, next_at)
    SELECT told.id, 'wish_progress', json_build_object('thing1', wanted.title, 'phrase2', '已认领', 'time3',
        to_char(now() AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24' || ':' || 'MI'), 'thing4', '心愿有人认领了'),
        'pages/wish/detail?id=' || wanted.id, 'waiting', 0, now()
    FROM told JOIN persons ON persons.id = told.person_id AND persons.openid IS NOT NULL, wanted
-- with a key
), keyed AS (
    INSERT INTO idempotency_keys (person_id, key, fingerprint, created_at, status, answer_sealed)
    SELECT caller.id, :key, :digest, now(), 200, repeat('x', 1350) FROM caller, wanted
    ON CONFLICT (person_id, key) DO NOTHING
-- end
)
SELECT made.id, moved.id, wanted.promised_on, caller.real_name_sealed, wisher.real_name_sealed, organisations.name
FROM made, moved, caller, wanted
JOIN persons AS wisher ON wisher.id = wanted.wisher_id
JOIN organisations ON organisations.id = wanted.community_id;
