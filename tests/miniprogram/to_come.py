"""Pages that the server names and the mini-program has not yet: the one list of them. A page that is there leaves it."""

TO_COME = {
    "pages/staff/complaints",
    "pages/staff/hours",
    "pages/staff/members",
    "pages/staff/merges",
    "pages/staff/redemptions",
    "pages/staff/residencies",
    "pages/staff/wishes",
}
