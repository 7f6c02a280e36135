-- The newest page of one's points: the caller and their twenty transfers (and one more).
SELECT caller.id, transfers.id, transfers.at,
    CASE WHEN target.kind = 'lot' THEN transfers.amount ELSE -transfers.amount END AS points,
    transfers.balance, transfers.kind, transfers.title, transfers.reference,
    EXISTS (SELECT * FROM accounts AS ended
        WHERE ended.person_id = caller.id AND ended.kind = 'lot' AND ended.balance > 0
            AND ended.ends_on < (now() AT TIME ZONE 'Asia/Shanghai')::date) AS ended
FROM (
    SELECT persons.id FROM sessions JOIN persons ON persons.id = sessions.person_id
    WHERE sessions.token_digest = :digest AND sessions.expires_at > now() AND persons.status = 'active'
) AS caller
JOIN transfers ON transfers.person_id = caller.id AND transfers.kind != 'settle'
JOIN accounts AS target ON target.id = transfers.target_id
ORDER BY transfers.id DESC
LIMIT 21;
