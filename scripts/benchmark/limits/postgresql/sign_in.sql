-- GET /me: the caller, their profile, places and appointments, their consents, how much is unread.
SELECT persons.id, persons.nickname, persons.real_name_sealed, persons.phone_sealed, persons.card_number,
    persons.suspended_until, residencies.community_id, residencies.grid_id, residencies.status, residencies.reason,
    home.name, registered.unit_id, registered.community_id, registered.service_roles, registered.status, unit.name,
    (SELECT json_agg(json_build_array(appointments.role, organisations.id, organisations.name))
        FROM appointments JOIN organisations ON organisations.id = appointments.organisation_id
        WHERE appointments.person_id = persons.id AND appointments.from_day <= (now() AT TIME ZONE 'Asia/Shanghai')::date
            AND (appointments.to_day IS NULL OR appointments.to_day >= (now() AT TIME ZONE 'Asia/Shanghai')::date)) AS roles,
    (SELECT json_agg(json_build_array(consents.document, consents.version, consents.given_at))
        FROM consents WHERE consents.person_id = persons.id AND consents.withdrawn_at IS NULL) AS given,
    (SELECT count(*) FROM (SELECT 1 FROM notices
        WHERE notices.person_id = persons.id AND notices.read_at IS NULL LIMIT 99) AS seen) AS unread
FROM sessions
JOIN persons ON persons.id = sessions.person_id
LEFT JOIN residencies ON residencies.person_id = persons.id
LEFT JOIN organisations AS home ON home.id = residencies.community_id
LEFT JOIN party_registrations AS registered ON registered.person_id = persons.id
LEFT JOIN organisations AS unit ON unit.id = registered.unit_id
WHERE sessions.token_digest = :digest AND sessions.expires_at > now() AND persons.status = 'active';
