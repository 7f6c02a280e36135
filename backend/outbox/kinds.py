"""What a notice may be about: the words of its `kind` and of its `subject_kind`.

A client chooses an icon or a sound by them, so they are a closed list, which the documentation prints; what it opens
is said by the notice's page.
"""

_WISHES = (
    "wish_accepted",
    "wish_sent_back",
    "wish_declined",
    "wish_referred",
    "wish_merged",
    "wish_published",
    "wish_claimed",
    "wish_released",
    "wish_fulfilled",
    "wish_confirmed",
    "wish_closed_unconfirmed",
    "wish_carried_over",
    "wish_escalated",
    "wish_followed",
    "wish_redacted",
    "wish_taken_down",
    "wish_by_family",
    "claim_overdue",
    "claim_expired",
    "claim_confirmed",
    "claim_disputed",
    "claim_ended",
    "claim_closed",
    "claim_taken_down",
)
_VOLUNTEERING = (
    "sign_up_confirmed",
    "sign_up_waitlisted",
    "sign_up_moved_up",
    "sign_up_excused",
    "sign_up_clash_allowed",
    "sign_up_by_family",
    "activity_changed",
    "activity_cancelled",
    "activity_taken_down",
    "activity_message",
    "activity_tomorrow",
    "activity_invitation",
    "activity_in_charge",
    "activity_news",
    "activity_late_cancel",
    "activity_without_organiser",
    "record_overdue",
    "hours_certified",
    "hours_backfilled",
    "correction_decided",
    "certificate_revoked",
    "team_taken_down",
    "team_without_leader",
)
_SUPERMARKET = (
    "redemption_requested",
    "redemption_waits",
    "redemption_approved",
    "redemption_rejected",
    "redemption_to_prepare",
    "redemption_last_days",
    "redemption_deadline_moved",
    "redemption_handed_over",
    "redemption_cancelled",
    "redemption_called_off",
    "redemption_expired",
    "redemption_returned",
    "redemption_no_show",
    "item_available",
    "item_low_stock",
    "item_taken_down",
    "batch_ends_soon",
    "batch_ended",
    "stocktake_waits",
    "stocktake_decided",
    "transfer_sent",
    "transfer_received",
)
_POINTS = ("points_adjusted", "points_opened", "points_ending", "adjustment_rejected", "opening_rejected")
_COMPLAINTS = (
    "complaint_received",
    "complaint_moved",
    "complaint_due",
    "complaint_due_moved",
    "complaint_escalated",
    "complaint_answered",
)
_TICKETS = (
    "ticket_received",
    "ticket_assigned",
    "ticket_to_handle",
    "ticket_decided",
    "ticket_asked",
    "ticket_extended",
    "ticket_answered",
    "ticket_reopened",
    "ticket_ended",
)
_PEOPLE = (
    "person_corrected",
    "nickname_taken_down",
    "suspended",
    "resumed",
    "merge_proposed",
    "merge_rejected",
    "proxy_asked",
    "proxy_agreed",
    "proxy_declined",
    "proxy_ended",
    "opening_decided",
    "first_password_decided",
    "console_links_decided",
)
# Of what happened to an account: `security_` and the kind of the event.
_SECURITY = tuple(
    f"security_{kind}"
    for kind in ("console", "password", "role", "phone", "card", "merge", "kiosk", "denied")
)
NOTICE_KINDS = (
    *_WISHES,
    *_VOLUNTEERING,
    *_SUPERMARKET,
    *_POINTS,
    *_COMPLAINTS,
    *_TICKETS,
    *_PEOPLE,
    *_SECURITY,
)
SUBJECT_KINDS = (
    "wish",
    "activity",
    "team",
    "service_record",
    "certificate",
    "redemption",
    "item",
    "stocktake",
    "shop_transfer",
    "adjustment",
    "opening_sheet",
    "complaint",
    "ticket",
    "person",
    "person_merge",
    "proxy",
    "security_event",
)


def check(kind: str, subject_kind: str | None) -> None:
    """A word that is not in the lists is our own mistake: ValueError."""
    if kind not in NOTICE_KINDS:
        raise ValueError(f"no kind of notice {kind}: it has to stand in outbox/kinds.py")
    if subject_kind is not None and subject_kind not in SUBJECT_KINDS:
        raise ValueError(f"no subject of notices {subject_kind}: it has to stand in outbox/kinds.py")
