"""Pages that the server names and the mini-program has not yet: the one list of them. A page that is there leaves it."""

TO_COME = {
    "pages/claim/mine",
    "pages/complaint/detail",
    "pages/family/index",
    "pages/security/index",
    "pages/service/certificates",
    "pages/service/records",
    "pages/team/detail",
}
