"""What the database cannot say again of rows that were there before it could."""

from backend.checks import Check

ROLE_ELSEWHERE = Check(
    """
    SELECT one.id, one.role, organisations.name FROM appointments AS one
    JOIN organisations ON organisations.id = one.organisation_id
    WHERE one.id BETWEEN :first AND :last AND (one.to_day IS NULL OR one.to_day >= CURRENT_DATE)
        AND NOT EXISTS (
            SELECT 1 FROM role_places WHERE role_places.role = one.role AND role_places.kind = organisations.kind
        )
    ORDER BY one.id
    """,
    "appointment {id}: {role} is no role of a place like {name}, end it and appoint anew",
    over="appointments",
)
