-- An order of one piece of goods: purse and item are read under their locks, the lot and the shop beside them; then
-- the number is drawn, and order, line, stock, hold, points, journal, notices and deliveries are written.
WITH purse AS MATERIALIZED (
    SELECT purses.person_id, purses.available
    FROM sessions
    JOIN persons ON persons.id = sessions.person_id
    JOIN purses ON purses.person_id = persons.id
    WHERE sessions.token_digest = :digest AND sessions.expires_at > now() AND persons.status = 'active'
    FOR UPDATE OF purses
), item AS MATERIALIZED (
    SELECT items.id, items.name, items.unit, items.points, shops.id AS shop_id, shops.name AS shop,
        shops.community_id, shops.four_eyes_hand_over, shops.approve_days, organisations.short,
        (now() AT TIME ZONE 'Asia/Shanghai')::date AS today
    FROM items
    JOIN shops ON shops.id = items.shop_id
    JOIN organisations ON organisations.id = shops.community_id
    JOIN purse ON purse.available >= items.points
    WHERE items.id = :item AND items.on_shelf AND items.kind = 'goods'
    FOR UPDATE OF items
), lot AS MATERIALIZED (
    SELECT accounts.id, held.id AS held_id, accounts.lot
    FROM purse
    JOIN accounts ON accounts.person_id = purse.person_id AND accounts.kind = 'lot'
    JOIN accounts AS held
        ON held.person_id = accounts.person_id AND held.lot = accounts.lot AND held.kind = 'held'
    JOIN item ON accounts.balance >= item.points
    WHERE accounts.ends_on IS NULL OR accounts.ends_on >= item.today
    ORDER BY accounts.ends_on IS NULL, accounts.ends_on, accounts.id
    LIMIT 1
), reserved AS (
    UPDATE items SET reserved = items.reserved + 1
    FROM item, lot
    WHERE items.id = item.id AND items.reserved + 1 <= items.on_hand - (
        SELECT coalesce(sum(batches.on_hand), 0) FROM batches
        WHERE batches.item_id = item.id AND batches.on_hand > 0
            AND (batches.quarantined OR batches.best_before < item.today))
    RETURNING items.on_hand
), drawn AS (
    INSERT INTO counters (name, value)
    SELECT 'DH:' || item.community_id || ':' || to_char(item.today, 'YYYYMMDD'), 1 FROM item, reserved
    ON CONFLICT (name) DO UPDATE SET value = counters.value + 1
    RETURNING counters.value
), made AS (
    INSERT INTO redemptions (number, shop_id, community_id, item_kind, state, person_id, by_family, points, four_eyes,
        requested_at, approve_until, approve_open_days)
    SELECT 'DH-' || item.short || '-' || to_char(item.today, 'YYYYMMDD') || '-' || lpad(drawn.value::text, 4, '0'),
        item.shop_id, item.community_id, 'goods', 'requested', purse.person_id, false, item.points,
        item.four_eyes_hand_over, now(), :approve_until::date, item.approve_days
    FROM drawn, item, purse
    RETURNING redemptions.id, redemptions.number
), listed AS (
    INSERT INTO redemption_lines (redemption_id, item_id, name, unit, quantity, unit_points, points)
    SELECT made.id, item.id, item.name, item.unit, 1, item.points, item.points FROM made, item
), event AS (
    INSERT INTO stock_movements (item_id, kind, on_hand_change, reserved_change, on_hand_after, at, by_id, reference,
        redemption_id, donor_public)
    SELECT item.id, 'reserve', 0, 1, reserved.on_hand, now(), purse.person_id,
        'redemption:' || made.id || ':' || 'reserve:' || item.id, made.id, false
    FROM made, item, reserved, purse
), hold AS (
    INSERT INTO holds (person_id, reference, amount, state, opened_at)
    SELECT purse.person_id, 'redemption:' || made.id, item.points, 'open', now() FROM made, item, purse
    RETURNING holds.id
), shifted AS (
    UPDATE accounts
    SET balance = accounts.balance + CASE accounts.id WHEN lot.id THEN -item.points ELSE item.points END
    FROM made, item, lot WHERE accounts.id IN (lot.id, lot.held_id)
), spent AS (
    UPDATE purses SET available = purses.available - item.points, held = purses.held + item.points
    FROM made, item, purse WHERE purses.person_id = purse.person_id
), posted AS (
    INSERT INTO transfers (source_id, target_id, amount, reference, kind, at, by_id, person_id, community_id, title,
        balance, hold_id)
    SELECT lot.id, lot.held_id, item.points, 'redemption:' || made.id || ':' || 'hold:' || lot.lot, 'hold', now(),
        purse.person_id, purse.person_id, item.community_id, '兑换 ' || made.number, purse.available - item.points,
        hold.id
    FROM made, item, lot, purse, hold
), line AS (
    INSERT INTO journal (at, actor_id, verb, subject_kind, subject_id, to_state, organisation_id, request)
    SELECT now(), purse.person_id, 'request', 'redemption', made.id, 'requested', item.community_id,
        left(:digest, 24)
    FROM made, item, purse
), told AS (
    INSERT INTO notices (person_id, kind, title, body, subject_kind, subject_id, created_at)
    SELECT reader.person_id, 'redemption_waits', '有兑换单待审批', '兑换单 ' || made.number || ' 等待审批，请在 '
        || to_char(:approve_until::date, 'MM"月"DD"日"') || ' 前处理。', 'redemption', made.id, now()
    FROM made, item, purse, LATERAL (
        SELECT DISTINCT appointments.person_id
        FROM appointments JOIN organisation_reach ON organisation_reach.ancestor_id = appointments.organisation_id
        WHERE organisation_reach.descendant_id = item.community_id AND appointments.role = 'community_staff'
            AND appointments.from_day <= item.today
            AND (appointments.to_day IS NULL OR appointments.to_day >= item.today)
            AND appointments.person_id != purse.person_id
        ORDER BY appointments.person_id
    ) AS reader
    RETURNING notices.id, notices.person_id
), sent AS (
    INSERT INTO deliveries (notice_id, template, data, page, state, attempts, next_at)
    SELECT told.id, 'redemption_notice', json_build_object('thing1', item.name || '×1' || item.unit, 'phrase2',
        '待审批', 'character_string3', replace(made.number, item.short, ''), 'thing4', '有兑换单待审批'),
        'pages/redemption/detail?id=' || made.id, 'waiting', 0, now()
    FROM told JOIN persons ON persons.id = told.person_id AND persons.openid IS NOT NULL, made, item
-- with a key
), keyed AS (
    INSERT INTO idempotency_keys (person_id, key, fingerprint, created_at, status, answer_sealed)
    SELECT purse.person_id, :key, :digest, now(), 201, repeat('x', 1200) FROM purse, made
    ON CONFLICT (person_id, key) DO NOTHING
-- end
)
SELECT made.id, made.number, item.name, item.shop, organisations.name
FROM made, item JOIN organisations ON organisations.id = item.community_id;
