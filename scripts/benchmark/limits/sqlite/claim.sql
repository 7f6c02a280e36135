-- A claim, in order: the caller; then, under the write lock, the wish and what the claimer has, and all that is written.
SELECT persons.id AS person FROM sessions JOIN persons ON persons.id = sessions.person_id
WHERE sessions.token_digest = :digest AND sessions.expires_at > :now AND persons.status = 'active';

BEGIN IMMEDIATE;

SELECT wishes.community_id AS place, wishes.number AS number, wishes.title AS title, wishes.wisher_id AS wisher,
    registered.unit_id AS unit, date(:today, '+30 days') AS promised_on, claimer.real_name_sealed,
    wisher.real_name_sealed, organisations.name AS community
FROM wishes
JOIN party_registrations AS registered ON registered.person_id = :person AND registered.status = 'verified'
    AND registered.community_id = wishes.community_id
JOIN persons AS claimer ON claimer.id = registered.person_id
JOIN persons AS wisher ON wisher.id = wishes.wisher_id
JOIN organisations ON organisations.id = wishes.community_id
WHERE wishes.id = :wish AND wishes.state = 'published' AND wishes.wisher_id != :person
    AND (SELECT count(*) FROM claims
        WHERE claims.person_id = :person AND claims.outcome IS NULL AND claims.fulfilled_at IS NULL) < 1000000;

UPDATE wishes SET state = 'claimed', claimer_id = :person WHERE id = :wish;

INSERT INTO journal (at, actor_id, verb, subject_kind, subject_id, from_state, to_state, organisation_id, facts, request)
VALUES (:now, :person, 'claim', 'wish', :wish, 'published', 'claimed', :place, '{"party": "personal"}',
    substr(:digest, 1, 24));

INSERT INTO claims (wish_id, person_id, party, claimed_at, promised_on, needs_look, member_unit_id)
VALUES (:wish, :person, 'personal', :now, :promised_on, 0, :unit);

INSERT INTO notices (person_id, kind, title, body, subject_kind, subject_id, created_at)
VALUES (:wisher, 'wish_claimed', '心愿有人认领了', '心愿“' || :title || '”（' || :number || '）已有党员认领，承诺在 '
    || strftime('%Y年%m月%d日', :promised_on) || ' 前完成。', 'wish', :wish, :now);

INSERT INTO deliveries (notice_id, template, data, page, state, attempts, next_at)
SELECT last_insert_rowid(), 'wish_progress', json_object('thing1', :title, 'phrase2', '已认领', 'time3',
    strftime('%Y-%m-%d %H:%M', :now, '+8 hours'), 'thing4', '心愿有人认领了'),
    'pages/wish/detail?id=' || :wish, 'waiting', 0, :now
FROM persons WHERE persons.id = :wisher AND persons.openid IS NOT NULL;

-- with a key
INSERT INTO idempotency_keys (person_id, key, fingerprint, created_at, status, answer_sealed)
VALUES (:person, :key, :digest, :now, 200, printf('%.*c', 1350, 'x'))
ON CONFLICT (person_id, key) DO NOTHING;
-- end
COMMIT;
