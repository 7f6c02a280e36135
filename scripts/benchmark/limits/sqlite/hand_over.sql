-- Goods are handed over, in order: the clerk's count of wrong codes, order and purse, hold and lot, the oldest batch.
SELECT persons.id AS person FROM sessions JOIN persons ON persons.id = sessions.person_id
WHERE sessions.token_digest = :digest AND sessions.expires_at > :now AND persons.status = 'active';

BEGIN IMMEDIATE;

INSERT INTO pick_up_guards (person_id, since, wrong) VALUES (:person, :now, 0)
ON CONFLICT (person_id) DO UPDATE SET
    since = CASE WHEN since <= :ten_minutes_ago THEN :now ELSE since END,
    wrong = CASE WHEN since <= :ten_minutes_ago THEN 0 ELSE wrong END
RETURNING wrong;

SELECT redemptions.number AS number, redemptions.shop_id AS shop, redemptions.community_id AS place,
    purses.person_id AS holder, purses.available AS balance, shops.name AS shop_name, organisations.short AS short,
    persons.real_name_sealed
FROM redemptions
JOIN purses ON purses.person_id = redemptions.person_id
JOIN persons ON persons.id = redemptions.person_id
JOIN shops ON shops.id = redemptions.shop_id
JOIN organisations ON organisations.id = redemptions.community_id
WHERE redemptions.id = :order AND redemptions.state = 'approved' AND redemptions.approved_by_id != :person
    AND redemptions.person_id != :person
    AND EXISTS (SELECT * FROM organisation_reach
        JOIN appointments ON appointments.organisation_id = organisation_reach.ancestor_id
        WHERE organisation_reach.descendant_id = redemptions.community_id AND appointments.role = 'shop_keeper'
            AND appointments.person_id = :person AND appointments.from_day <= :today
            AND (appointments.to_day IS NULL OR appointments.to_day >= :today));

SELECT holds.id AS hold, transfers.amount AS amount, transfers.target_id AS held, taken.lot AS year,
    transfers.title AS title, spent.id AS spent
FROM holds
JOIN transfers ON transfers.hold_id = holds.id AND transfers.kind = 'hold'
JOIN accounts AS taken ON taken.id = transfers.source_id
JOIN accounts AS spent ON spent.address = 'shop:' || :shop || ':spent'
WHERE holds.reference = 'redemption:' || :order AND holds.state = 'open';

SELECT items.id AS item, items.name AS name, items.unit AS unit, items.on_hand - 1 AS on_hand, batches.id AS batch
FROM redemption_lines
JOIN items ON items.id = redemption_lines.item_id
JOIN batches ON batches.item_id = items.id AND batches.on_hand > 0 AND NOT batches.quarantined
    AND (batches.best_before IS NULL OR batches.best_before >= :today)
WHERE redemption_lines.redemption_id = :order
ORDER BY batches.best_before IS NULL, batches.best_before, batches.id
LIMIT 1;

UPDATE redemptions SET state = 'handed_over', handed_over_by_id = :person, handed_over_at = :now, collected_by = 'self',
    closed_at = :now
WHERE id = :order;

UPDATE redemption_lines SET handed_over = quantity WHERE redemption_id = :order;

INSERT INTO journal (at, actor_id, verb, subject_kind, subject_id, from_state, to_state, organisation_id, facts, request)
VALUES (:now, :person, 'hand_over', 'redemption', :order, 'approved', 'handed_over', :place, '{"collected_by": "self"}',
    substr(:digest, 1, 24));

UPDATE holds SET state = 'settled', closed_at = :now WHERE id = :hold;

INSERT INTO transfers (source_id, target_id, amount, reference, kind, at, by_id, person_id, community_id, title, balance,
    hold_id)
VALUES (:held, :spent, :amount, 'redemption:' || :order || ':settle:' || :year, 'settle', :now, :person, :holder, :place,
    :title, :balance, :hold);

UPDATE accounts SET balance = balance - :amount WHERE id = :held;

UPDATE purses SET held = held - :amount WHERE person_id = :holder;

UPDATE items SET on_hand = on_hand - 1, reserved = reserved - 1 WHERE id = :item;

UPDATE batches SET on_hand = on_hand - 1 WHERE id = :batch;

INSERT INTO stock_movements (item_id, batch_id, kind, on_hand_change, reserved_change, on_hand_after, at, by_id,
    reference, redemption_id, donor_public)
VALUES (:item, :batch, 'hand_over', -1, -1, :on_hand, :now, :person, 'redemption:' || :order || ':hand_over:' || :batch,
    :order, 0);

INSERT INTO notices (person_id, kind, title, body, subject_kind, subject_id, created_at)
VALUES (:holder, 'redemption_handed_over', '兑换已完成', '兑换单 ' || :number || ' 已领取，使用 ' || :amount
    || ' 积分。如不是您本人或您委托的人领取，请联系社区。', 'redemption', :order, :now);

INSERT INTO deliveries (notice_id, template, data, page, state, attempts, next_at)
SELECT last_insert_rowid(), 'redemption_notice', json_object('thing1', :name || '×1' || :unit, 'phrase2', '已领取',
    'character_string3', replace(:number, :short, ''), 'thing4', '兑换已完成'),
    'pages/redemption/detail?id=' || :order, 'waiting', 0, :now
FROM persons WHERE persons.id = :holder AND persons.openid IS NOT NULL;

-- with a key
INSERT INTO idempotency_keys (person_id, key, fingerprint, created_at, status, answer_sealed)
VALUES (:person, :key, :digest, :now, 200, printf('%.*c', 1250, 'x'))
ON CONFLICT (person_id, key) DO NOTHING;
-- end
COMMIT;
