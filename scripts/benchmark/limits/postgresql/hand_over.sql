-- Goods are handed over: purse and order under their locks, the clerk's count of wrong codes, the hold and its lot, the
-- oldest batch; then order, line, points, stock, journal and notice are written.
WITH clerk AS MATERIALIZED (
    SELECT persons.id
    FROM sessions JOIN persons ON persons.id = sessions.person_id
    WHERE sessions.token_digest = :digest AND sessions.expires_at > now() AND persons.status = 'active'
), guard AS (
    INSERT INTO pick_up_guards (person_id, since, wrong)
    SELECT clerk.id, now(), 0 FROM clerk
    ON CONFLICT (person_id) DO UPDATE SET
        since = CASE WHEN pick_up_guards.since <= now() - interval '10 minutes' THEN now()
            ELSE pick_up_guards.since END,
        wrong = CASE WHEN pick_up_guards.since <= now() - interval '10 minutes' THEN 0
            ELSE pick_up_guards.wrong END
    RETURNING pick_up_guards.wrong
), wanted AS MATERIALIZED (
    SELECT redemptions.id, redemptions.number, redemptions.shop_id, redemptions.community_id, redemptions.points,
        purses.person_id, purses.available, clerk.id AS clerk_id, shops.name AS shop
    FROM clerk
    JOIN redemptions ON redemptions.id = :order AND redemptions.state = 'approved'
        AND redemptions.approved_by_id != clerk.id AND redemptions.person_id != clerk.id
    JOIN purses ON purses.person_id = redemptions.person_id
    JOIN shops ON shops.id = redemptions.shop_id
    WHERE EXISTS (SELECT * FROM guard WHERE guard.wrong < 10)
        AND EXISTS (SELECT * FROM organisation_reach
            JOIN appointments ON appointments.organisation_id = organisation_reach.ancestor_id
            WHERE organisation_reach.descendant_id = redemptions.community_id AND appointments.role = 'shop_keeper'
                AND appointments.person_id = clerk.id AND appointments.from_day <= (now() AT TIME ZONE 'Asia/Shanghai')::date
                AND (appointments.to_day IS NULL OR appointments.to_day >= (now() AT TIME ZONE 'Asia/Shanghai')::date))
    FOR UPDATE OF purses, redemptions
), hold AS MATERIALIZED (
    SELECT holds.id, transfers.amount, transfers.target_id AS held_id, taken.lot, transfers.title,
        spent.id AS shop_account_id
    FROM wanted
    JOIN holds ON holds.reference = 'redemption:' || wanted.id AND holds.state = 'open'
    JOIN transfers ON transfers.hold_id = holds.id AND transfers.kind = 'hold'
    JOIN accounts AS taken ON taken.id = transfers.source_id
    JOIN accounts AS spent ON spent.address = 'shop:' || wanted.shop_id || ':' || 'spent'
), goods AS MATERIALIZED (
    SELECT items.id, items.name, items.unit, batches.id AS batch_id
    FROM wanted
    JOIN redemption_lines ON redemption_lines.redemption_id = wanted.id
    JOIN items ON items.id = redemption_lines.item_id
    JOIN batches ON batches.item_id = items.id AND batches.on_hand > 0 AND NOT batches.quarantined
        AND (batches.best_before IS NULL OR batches.best_before >= (now() AT TIME ZONE 'Asia/Shanghai')::date)
    ORDER BY batches.best_before IS NULL, batches.best_before, batches.id
    LIMIT 1
    FOR UPDATE OF items, batches
), moved AS (
    UPDATE redemptions SET state = 'handed_over', handed_over_by_id = wanted.clerk_id, handed_over_at = now(),
        collected_by = 'self', closed_at = now()
    FROM wanted WHERE redemptions.id = wanted.id
    RETURNING redemptions.*
), listed AS (
    UPDATE redemption_lines SET handed_over = redemption_lines.quantity
    FROM wanted WHERE redemption_lines.redemption_id = wanted.id
), settled AS (
    UPDATE holds SET state = 'settled', closed_at = now() FROM hold WHERE holds.id = hold.id
), shifted AS (
    UPDATE accounts SET balance = accounts.balance - hold.amount FROM hold WHERE accounts.id = hold.held_id
), spent AS (
    UPDATE purses SET held = purses.held - hold.amount
    FROM hold, wanted WHERE purses.person_id = wanted.person_id
), posted AS (
    INSERT INTO transfers (source_id, target_id, amount, reference, kind, at, by_id, person_id, community_id, title,
        balance, hold_id)
    SELECT hold.held_id, hold.shop_account_id, hold.amount, 'redemption:' || wanted.id || ':' || 'settle:' || hold.lot,
        'settle', now(), wanted.clerk_id, wanted.person_id, wanted.community_id, hold.title, wanted.available, hold.id
    FROM hold, wanted
), gone AS (
    UPDATE items SET on_hand = items.on_hand - 1, reserved = items.reserved - 1
    FROM goods WHERE items.id = goods.id
    RETURNING items.on_hand
), emptied AS (
    UPDATE batches SET on_hand = batches.on_hand - 1 FROM goods WHERE batches.id = goods.batch_id
), event AS (
    INSERT INTO stock_movements (item_id, batch_id, kind, on_hand_change, reserved_change, on_hand_after, at, by_id,
        reference, redemption_id, donor_public)
    SELECT goods.id, goods.batch_id, 'hand_over', -1, -1, gone.on_hand, now(), wanted.clerk_id,
        'redemption:' || wanted.id || ':' || 'hand_over:' || goods.batch_id, wanted.id, false
    FROM goods, gone, wanted
), line AS (
    INSERT INTO journal (at, actor_id, verb, subject_kind, subject_id, from_state, to_state, organisation_id, facts,
        request)
    SELECT now(), wanted.clerk_id, 'hand_over', 'redemption', wanted.id, 'approved', 'handed_over',
        wanted.community_id, '{"collected_by": "self"}', left(:digest, 24)
    FROM wanted
), told AS (
    INSERT INTO notices (person_id, kind, title, body, subject_kind, subject_id, created_at)
    SELECT wanted.person_id, 'redemption_handed_over', '兑换已完成', '兑换单 ' || wanted.number || ' 已领取，使用 '
        || hold.amount || ' 积分。如不是您本人或您委托的人领取，请联系社区。', 'redemption', wanted.id, now()
    FROM wanted, hold
    RETURNING notices.id, notices.person_id
), sent AS (
    INSERT INTO deliveries (notice_id, template, data, page, state, attempts, next_at)
    SELECT told.id, 'redemption_notice', json_build_object('thing1', goods.name || '×1' || goods.unit, 'phrase2',
        '已领取', 'character_string3', replace(wanted.number, organisations.short, ''), 'thing4', '兑换已完成'),
        'pages/redemption/detail?id=' || wanted.id, 'waiting', 0, now()
    FROM told JOIN persons ON persons.id = told.person_id AND persons.openid IS NOT NULL, goods, wanted
    JOIN organisations ON organisations.id = wanted.community_id
-- with a key
), keyed AS (
    INSERT INTO idempotency_keys (person_id, key, fingerprint, created_at, status, answer_sealed)
    SELECT wanted.clerk_id, :key, :digest, now(), 200, repeat('x', 1250) FROM wanted
    ON CONFLICT (person_id, key) DO NOTHING
-- end
)
SELECT moved.id, moved.number, wanted.shop, goods.name, goods.unit, persons.real_name_sealed
FROM moved, wanted JOIN persons ON persons.id = wanted.person_id, goods;
