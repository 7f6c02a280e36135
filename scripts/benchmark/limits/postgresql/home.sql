-- GET /home: the first screen, a statement for each of its rooms.
SELECT persons.id, persons.nickname, registered.community_id,
    (SELECT count(*) FROM (SELECT 1 FROM notices
        WHERE notices.person_id = persons.id AND notices.read_at IS NULL LIMIT 99) AS seen) AS unread,
    (SELECT json_agg(json_build_array(accounts.kind, accounts.ends_on, accounts.balance)) FROM accounts
        WHERE accounts.person_id = persons.id AND accounts.balance > 0) AS points,
    (SELECT json_agg(appointments.role) FROM appointments
        WHERE appointments.person_id = persons.id AND appointments.from_day <= (now() AT TIME ZONE 'Asia/Shanghai')::date
            AND (appointments.to_day IS NULL OR appointments.to_day >= (now() AT TIME ZONE 'Asia/Shanghai')::date)) AS roles,
    (SELECT count(*) FROM claims
        WHERE claims.person_id = persons.id AND claims.outcome IS NULL AND claims.fulfilled_at IS NULL) AS to_fulfil,
    (SELECT count(*) FROM wishes WHERE wishes.wisher_id = persons.id AND wishes.state = 'fulfilled') AS to_confirm,
    (SELECT count(*) FROM wishes WHERE wishes.wisher_id = persons.id AND wishes.state = 'sent_back') AS to_complete,
    (SELECT count(*) FROM sign_ups JOIN activities ON activities.id = sign_ups.activity_id
        WHERE sign_ups.person_id = persons.id AND sign_ups.state IN ('confirmed', 'checked_in')
            AND activities.state = 'published' AND activities.ends_at > now()) AS this_week,
    (SELECT count(*) FROM redemptions
        WHERE redemptions.person_id = persons.id AND redemptions.state = 'approved') AS to_collect,
    (SELECT count(*) FROM proxies WHERE proxies.for_id = persons.id AND proxies.state = 'asked') AS to_answer
FROM sessions
JOIN persons ON persons.id = sessions.person_id
LEFT JOIN party_registrations AS registered
    ON registered.person_id = persons.id AND registered.status = 'verified'
WHERE sessions.token_digest = :digest AND sessions.expires_at > now() AND persons.status = 'active';

SELECT organisations.id, organisations.name, organisations.telephone, organisations.opening_hours, rounds.id,
    rounds.number, rounds.title, rounds.state, rounds.collect_until, rounds.publish_until
FROM organisations LEFT JOIN LATERAL (
    SELECT * FROM rounds WHERE rounds.community_id = organisations.id AND rounds.state != 'closed'
    ORDER BY CASE WHEN rounds.state = 'published' THEN 0 ELSE 1 END, rounds.id DESC LIMIT 1
) AS rounds ON true
WHERE organisations.id = :place;

SELECT page.id, page.number, page.state, page.title, page.description, page.category, page.beneficiary_group,
    page.published_at, page.disclosure, page.salutation, wisher.real_name_sealed, claims.party, claims.promised_on,
    claimer.real_name_sealed
FROM (
    SELECT * FROM wishes
    WHERE wishes.state IN ('published', 'claimed', 'fulfilled', 'confirmed') AND wishes.community_id = :place
    ORDER BY wishes.published_at DESC, wishes.id DESC
    LIMIT 5
) AS page
LEFT JOIN persons AS wisher ON wisher.id = page.wisher_id
LEFT JOIN claims ON claims.wish_id = page.id
    AND (claims.outcome IS NULL OR claims.outcome IN ('confirmed', 'closed_unconfirmed', 'taken_down'))
LEFT JOIN persons AS claimer ON claimer.id = claims.person_id
ORDER BY page.published_at DESC, page.id DESC;

SELECT activities.id, activities.state, activities.title, activities.activity_kind, activities.category,
    activities.place, activities.starts_at, activities.ends_at, activities.capacity, teams.name,
    (SELECT count(*) FROM sign_ups
        WHERE sign_ups.activity_id = activities.id AND sign_ups.state = 'confirmed') AS confirmed,
    (SELECT sign_ups.state FROM sign_ups JOIN sessions ON sessions.person_id = sign_ups.person_id
        WHERE sessions.token_digest = :digest AND sign_ups.activity_id = activities.id
            AND sign_ups.state NOT IN ('cancelled', 'late_cancelled', 'excused')) AS mine
FROM activities LEFT JOIN teams ON teams.id = activities.team_id
WHERE activities.community_id = :place AND activities.state = 'published' AND activities.taken_down_at IS NULL
    AND activities.ends_at > now()
ORDER BY activities.starts_at, activities.id
LIMIT 5;

SELECT shop.id, shop.name, shop.opening_hours, shop.closed_days, items.id, items.name, items.unit, items.points,
    items.on_hand - items.reserved - (
        SELECT coalesce(sum(batches.on_hand), 0) FROM batches
        WHERE batches.item_id = items.id AND batches.on_hand > 0
            AND (batches.quarantined OR batches.best_before < (now() AT TIME ZONE 'Asia/Shanghai')::date)) AS free
FROM (SELECT * FROM shops WHERE shops.community_id = :place ORDER BY shops.id LIMIT 1) AS shop
JOIN items ON items.shop_id = shop.id AND items.on_shelf
ORDER BY items.id
LIMIT 4;
