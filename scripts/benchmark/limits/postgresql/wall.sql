-- A page of the wall: the caller with what says what they may do, then twenty wishes (and one more) with their names.
SELECT persons.id, registered.community_id,
    (SELECT count(*) FROM claims
        WHERE claims.person_id = persons.id AND claims.outcome IS NULL AND claims.fulfilled_at IS NULL) AS open_claims,
    (SELECT string_agg(appointments.role, ',')
        FROM organisation_reach JOIN appointments ON appointments.organisation_id = organisation_reach.ancestor_id
        WHERE appointments.person_id = persons.id AND appointments.from_day <= (now() AT TIME ZONE 'Asia/Shanghai')::date
            AND (appointments.to_day IS NULL OR appointments.to_day >= (now() AT TIME ZONE 'Asia/Shanghai')::date)
            AND organisation_reach.descendant_id = :place) AS roles
FROM sessions
JOIN persons ON persons.id = sessions.person_id
LEFT JOIN party_registrations AS registered
    ON registered.person_id = persons.id AND registered.status = 'verified'
WHERE sessions.token_digest = :digest AND sessions.expires_at > now() AND persons.status = 'active';

SELECT page.id, page.number, page.state, page.title, page.description, page.category, page.beneficiary_group,
    page.service_role, page.estimated_cost, page.wanted_by, page.disclosure, page.salutation, page.wisher_id,
    page.reporter_id, page.by_family, page.guardian_id, page.for_child, page.reviewer_id, page.claimer_id,
    page.carried, page.solved, page.satisfaction, page.confirm_method, page.comment, page.needs_look,
    page.merged_into_id, page.reopens_id, page.reopened_as_id, page.redacted_at, page.created_at, page.submitted_at,
    page.published_at, page.fulfilled_at, page.closed_at, place.name, grid.name, wisher.real_name_sealed,
    claims.person_id, claims.party, claims.promised_on, claims.claimed_at, claims.fulfilled_at, claims.outcome,
    claims.note, claimer.real_name_sealed, unit.name, teams.name, rounds.id, rounds.number, rounds.title,
    (SELECT string_agg(files.position || ' ' || files.id || ' ' || files.state, ',') FROM files
        WHERE files.subject_kind = 'wish' AND files.subject_id = page.id
            AND files.state IN ('checking', 'passed', 'needs_look', 'refused')) AS wish_files,
    (SELECT string_agg(files.position || ' ' || files.id || ' ' || files.state, ',') FROM files
        WHERE files.subject_kind = 'claim' AND files.subject_id = claims.id
            AND files.state IN ('checking', 'passed', 'needs_look', 'refused')) AS claim_files
FROM (
    SELECT * FROM wishes
    WHERE wishes.state IN ('published', 'claimed', 'fulfilled', 'confirmed') AND wishes.community_id = :place
    ORDER BY wishes.published_at DESC, wishes.id DESC
    LIMIT 21
) AS page
JOIN organisations AS place ON place.id = page.community_id
LEFT JOIN organisations AS grid ON grid.id = page.grid_id
LEFT JOIN persons AS wisher ON wisher.id = page.wisher_id
LEFT JOIN claims ON claims.wish_id = page.id
    AND (claims.outcome IS NULL OR claims.outcome IN ('confirmed', 'closed_unconfirmed', 'taken_down'))
LEFT JOIN persons AS claimer ON claimer.id = claims.person_id
LEFT JOIN organisations AS unit ON unit.id = claims.unit_id
LEFT JOIN teams ON teams.id = claims.team_id
LEFT JOIN rounds ON rounds.id = page.round_id
ORDER BY page.published_at DESC, page.id DESC;
