-- An order of one piece of goods, in order: purse, item and lot are read, the number is drawn, the rest is written.
SELECT persons.id AS person FROM sessions JOIN persons ON persons.id = sessions.person_id
WHERE sessions.token_digest = :digest AND sessions.expires_at > :now AND persons.status = 'active';

BEGIN IMMEDIATE;

SELECT items.name AS name, items.unit AS unit, items.points AS points, items.on_hand AS on_hand,
    shops.id AS shop, shops.name AS shop_name, shops.community_id AS place, shops.four_eyes_hand_over AS four_eyes,
    shops.approve_days AS approve_days, organisations.name AS community, organisations.short AS short,
    purses.available - items.points AS balance
FROM items
JOIN shops ON shops.id = items.shop_id
JOIN organisations ON organisations.id = shops.community_id
JOIN purses ON purses.person_id = :person AND purses.available >= items.points
WHERE items.id = :item AND items.on_shelf AND items.kind = 'goods' AND items.reserved + 1 <= items.on_hand - (
    SELECT coalesce(sum(batches.on_hand), 0) FROM batches
    WHERE batches.item_id = items.id AND batches.on_hand > 0
        AND (batches.quarantined OR batches.best_before < :today));

SELECT accounts.id AS lot, held.id AS held, accounts.lot AS year
FROM accounts
JOIN accounts AS held ON held.person_id = accounts.person_id AND held.lot = accounts.lot AND held.kind = 'held'
WHERE accounts.person_id = :person AND accounts.kind = 'lot' AND accounts.balance >= :points
    AND (accounts.ends_on IS NULL OR accounts.ends_on >= :today)
ORDER BY accounts.ends_on IS NULL, accounts.ends_on, accounts.id
LIMIT 1;

INSERT INTO counters (name, value) VALUES ('DH:' || :place || ':' || strftime('%Y%m%d', :today), 1)
ON CONFLICT (name) DO UPDATE SET value = counters.value + 1
RETURNING 'DH-' || :short || '-' || strftime('%Y%m%d', :today) || '-' || printf('%04d', value) AS number;

INSERT INTO redemptions (number, shop_id, community_id, item_kind, state, person_id, by_family, points, four_eyes,
    requested_at, approve_until, approve_open_days)
VALUES (:number, :shop, :place, 'goods', 'requested', :person, 0, :points, :four_eyes, :now, :approve_until,
    :approve_days)
RETURNING id AS made;

INSERT INTO redemption_lines (redemption_id, item_id, name, unit, quantity, unit_points, points, returned)
VALUES (:made, :item, :name, :unit, 1, :points, :points, 0);

INSERT INTO journal (at, actor_id, verb, subject_kind, subject_id, to_state, organisation_id, request)
VALUES (:now, :person, 'request', 'redemption', :made, 'requested', :place, substr(:digest, 1, 24));

UPDATE items SET reserved = reserved + 1 WHERE id = :item;

INSERT INTO stock_movements (item_id, kind, on_hand_change, reserved_change, on_hand_after, at, by_id, reference,
    redemption_id, donor_public)
VALUES (:item, 'reserve', 0, 1, :on_hand, :now, :person, 'redemption:' || :made || ':reserve:' || :item, :made, 0);

INSERT INTO holds (person_id, reference, amount, state, opened_at)
VALUES (:person, 'redemption:' || :made, :points, 'open', :now)
RETURNING id AS hold;

INSERT INTO transfers (source_id, target_id, amount, reference, kind, at, by_id, person_id, community_id, title, balance,
    hold_id)
VALUES (:lot, :held, :points, 'redemption:' || :made || ':hold:' || :year, 'hold', :now, :person, :person, :place,
    '兑换 ' || :number, :balance, :hold);

UPDATE accounts SET balance = balance + CASE id WHEN :lot THEN -:points ELSE :points END WHERE id IN (:lot, :held);

UPDATE purses SET available = available - :points, held = held + :points WHERE person_id = :person;

INSERT INTO notices (person_id, kind, title, body, subject_kind, subject_id, created_at)
SELECT DISTINCT appointments.person_id, 'redemption_waits', '有兑换单待审批', '兑换单 ' || :number || ' 等待审批，请在 '
    || strftime('%m月%d日', :approve_until) || ' 前处理。', 'redemption', :made, :now
FROM appointments JOIN organisation_reach ON organisation_reach.ancestor_id = appointments.organisation_id
WHERE organisation_reach.descendant_id = :place AND appointments.role = 'community_staff'
    AND appointments.from_day <= :today AND (appointments.to_day IS NULL OR appointments.to_day >= :today)
    AND appointments.person_id != :person
ORDER BY appointments.person_id
RETURNING id AS told;

INSERT INTO deliveries (notice_id, template, data, page, state, attempts, next_at)
SELECT notices.id, 'redemption_notice', json_object('thing1', :name || '×1' || :unit, 'phrase2', '待审批',
    'character_string3', replace(:number, :short, ''), 'thing4', '有兑换单待审批'),
    'pages/redemption/detail?id=' || :made, 'waiting', 0, :now
FROM notices JOIN persons ON persons.id = notices.person_id AND persons.openid IS NOT NULL
WHERE notices.id >= :told
ORDER BY notices.id;

-- with a key
INSERT INTO idempotency_keys (person_id, key, fingerprint, created_at, status, answer_sealed)
VALUES (:person, :key, :digest, :now, 201, printf('%.*c', 1200, 'x'))
ON CONFLICT (person_id, key) DO NOTHING;
-- end
COMMIT;
