"""统一身份认证: into the console by the city's own sign-in, and one's account there bound to oneself.

The console's cookie is not sent along when another site leads here (SameSite=Strict), so the page that the provider leads to
only goes on to the next one, from our own site: there the cookie is, with what this browser began.
"""

from typing import Any

from flask import Response, g, request, url_for
from flask import session as cookie

from backend import config, oidc
from backend.console.frame.forms import JustDo
from backend.console.frame.page import (
    PUBLIC,
    Staff,
    browser,
    current_staff,
    enter,
    own_address,
    page,
    redirect_to,
    redirect_with_message,
    render,
)
from backend.db import transaction
from backend.errors import NotFound
from backend.identity import provider_accounts

# What a provider may send back; nothing else goes on.
_TOLD = ("code", "state", "iss", "error")
_LONGEST = 4096


def _back() -> str:
    """Where the provider leads back to: this console, by the name under which the browser asks for it."""
    secure = request.is_secure or config.settings().production
    return url_for("console.provider_answer", _external=True, _scheme="https" if secure else "http")


def _begin(kept: dict[str, Any]) -> Any:
    """The page that leads to the provider; a redirect after a form would be stopped by our own rule of forms."""
    if not oidc.offered():
        raise NotFound()
    address, begun = oidc.begin(_back())
    cookie["provider"] = {**kept, **begun}
    return render("sign_in/to_provider.html", address=address, called=config.settings().oidc_name)


@page("/sign-in/provider", guard=PUBLIC, methods=("POST",))
def begin_provider_sign_in() -> Any:
    return _begin({"next": own_address(request.form.get("next"))})


@page("/sign-in/provider", guard=PUBLIC)
def provider_sign_in() -> Response:
    """Reloaded, or gone back to: begins at the page of ways in."""
    return redirect_to(url_for("console.sign_in"))


@page("/account/provider", methods=("POST",))
def begin_binding_provider(staff: Staff) -> Any:
    provider_accounts.check_may_bind(staff.session_id, actor=staff)
    return _begin({"binds": staff.id})


@page("/sign-in/provider/answer", guard=PUBLIC)
def provider_answer() -> Any:
    """What the provider leads to. Decides nothing, and shows nothing of what came."""
    told: dict[str, Any] = {name: request.args[name][:_LONGEST] for name in _TOLD if name in request.args}
    found = render("sign_in/from_provider.html", onto=url_for("console.finish_provider_sign_in", **told))
    # The browser keeps its cookie: the empty one, with which it was led here, must not take its place.
    cookie.modified = False
    return found


@page("/sign-in/provider/finish", guard=PUBLIC)
def finish_provider_sign_in() -> Response:
    """Whoever the provider says it is comes in, or is bound to who sits here; what this browser began counts once."""
    kept = cookie.pop("provider", None)
    account = oidc.finish(kept, request.args, _back())
    if "binds" in kept:
        return _bind(account, kept["binds"])
    with transaction():
        token = provider_accounts.enter(account, browser())
    enter(token)
    return redirect_to(own_address(kept["next"]))


def _bind(account: oidc.Account, person_id: int) -> Response:
    staff = g.staff = current_staff()
    # Somebody else may have signed in here meanwhile.
    if staff.id != person_id:
        raise oidc.ProviderSignInOver()
    with transaction():
        provider_accounts.bind(account, staff.session_id, actor=staff)
    return redirect_with_message("console.account", "统一身份已绑定，以后可以用它登录")


@page("/account/provider/drop", methods=("POST",))
def drop_provider(staff: Staff) -> Response:
    if JustDo().validate_on_submit():
        with transaction():
            provider_accounts.unbind(actor=staff)
    return redirect_with_message("console.account", "已解除统一身份的绑定")
