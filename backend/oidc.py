"""统一身份认证: the city's own sign-in, an OpenID Connect provider that says who somebody is, by option (OIDC_ISSUER).

What they may do comes from their appointments alone. Authorization code with PKCE, state and nonce; the provider is asked
outside any transaction, by a part of the threads (`outside`). What it tells besides the subject is not asked for and not
kept. OpenID Connect Core 1.0 §3.1, Discovery 1.0, RFC 7636, RFC 9207, RFC 9700.
"""

import hmac
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

import requests
import structlog
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from backend import clock, config, outside
from backend.config_faults import on_this_machine
from backend.errors import Refused, StateConflict

# What is asked for: who it is, and nothing else of them.
SCOPE = "openid"
# A sign-in has to come back within so many seconds.
STANDS_SECONDS = 600
# What the provider says of itself, and its keys, are asked again after an hour; unknown keys at most once a minute.
KEPT_SECONDS, AGAIN_SECONDS = 3600.0, 60.0
TIMEOUT_SECONDS = (3.0, 5.0)
# Clocks of two machines.
LEEWAY_SECONDS = 120
SUBJECT_MAX = 255
# Of its own key pair alone: a shared secret would let whoever knows ours write tokens.
ALGORITHMS = [
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "EdDSA",
    "Ed25519",
]
_NEEDED = ("authorization_endpoint", "token_endpoint", "jwks_uri")
# What it answers when it does not take our settings, and when it is only out of order.
_OURS = (
    "invalid_client",
    "unauthorized_client",
    "invalid_scope",
    "invalid_request",
    "unsupported_response_type",
)
_LATER = ("server_error", "temporarily_unavailable")

Answer = TypeVar("Answer")
log = structlog.get_logger()


class ProviderUnavailable(Refused):
    """`why` is for the log alone."""

    code, message = 50304, "统一身份认证暂时没有回应，请稍后再试，或先用扫码、口令登录"
    headers = {"Retry-After": "5"}

    def __init__(self, why: str = "") -> None:
        self.why = why
        super().__init__()


class ProviderMisset(Refused):
    """Nobody who signs in can mend it: the log and `flask doctor` say what is wrong."""

    code, message = 50305, "统一身份认证的设置有误，请告诉管理人员，先用扫码、口令登录"
    headers = {"Retry-After": "300"}

    def __init__(self, why: str = "") -> None:
        self.why = why
        super().__init__()


class ProviderAnswerRefused(Refused):
    """A token that was not signed by the provider, not made for us, not for this sign-in, or is over."""

    code, message = 40104, "统一身份认证的回答没有通过核对，没有登录；请重新登录，再出现请告诉管理人员"


class ProviderSignInOver(StateConflict):
    message = "这次统一身份登录已失效：每次只能用一次，十分钟内有效，请重新点“用统一身份登录”"


class ProviderSaidNo(StateConflict):
    message = "在统一身份认证那边没有完成登录，请重新登录，或改用扫码、口令"


@dataclass(frozen=True)
class Begun:
    """What this browser alone keeps of a sign-in that it began."""

    state: str
    nonce: str
    verifier: str
    began_at: float


@dataclass(frozen=True)
class Account:
    """Who came back: the provider's own name for them, which never changes hands."""

    issuer: str
    subject: str


def offered() -> bool:
    """Is there such a provider?"""
    return bool(config.settings().oidc_issuer)


def begin(redirect_address: str) -> tuple[str, dict[str, Any]]:
    """The provider's page to go to, and what this browser has to keep. Raises ProviderUnavailable, ProviderMisset."""
    metadata = _asked("metadata", _known.metadata)
    begun = Begun(
        secrets.token_urlsafe(24),
        secrets.token_urlsafe(24),
        secrets.token_urlsafe(48),
        clock.now().timestamp(),
    )
    more = {"acr_values": config.settings().oidc_acr} if config.settings().oidc_acr else {}
    with _session(redirect_address) as client:
        address, _state = client.create_authorization_url(
            metadata["authorization_endpoint"],
            state=begun.state,
            nonce=begun.nonce,
            code_verifier=begun.verifier,
            **more,
        )
    return address, asdict(begun)


def finish(kept: Mapping[str, Any] | None, told: Mapping[str, str], redirect_address: str) -> Account:
    """Who it was, of what the provider sent this browser back with. `kept` is what `begin` gave it, once.

    Raises ProviderSignInOver, ProviderSaidNo, ProviderAnswerRefused, ProviderUnavailable, ProviderMisset.
    """
    begun = _still_begun(kept)
    if not hmac.compare_digest(told.get("state", "").encode(), begun.state.encode()):
        raise ProviderSignInOver()
    if told.get("iss", _issuer()) != _issuer():
        raise _refused("the answer is another provider's")
    _look_at_error(told.get("error", ""))
    if not told.get("code"):
        raise ProviderSaidNo()
    metadata = _asked("metadata", _known.metadata)
    token = _asked("token", lambda: _token(metadata, told["code"], begun, redirect_address))
    return _account(token, begun)


def problem() -> Refused | None:
    """What keeps the provider from being used, for `flask doctor`; None where it answers as it should."""
    _known.forget()
    try:
        _known.metadata()
        _known.keys()
    except (ProviderUnavailable, ProviderMisset) as refused:
        return refused
    return None


def forget() -> None:
    """What is known of the provider, and whether it was slow, as if the process had just begun."""
    _known.forget()
    for breaker in _BREAKERS.values():
        breaker.answered()


def _issuer() -> str:
    return config.settings().oidc_issuer


def _still_begun(kept: Mapping[str, Any] | None) -> Begun:
    if kept is None:
        raise ProviderSignInOver()
    begun = Begun(**{name: kept[name] for name in Begun.__annotations__})
    if clock.now().timestamp() - begun.began_at > STANDS_SECONDS:
        raise ProviderSignInOver()
    return begun


def _look_at_error(error: str) -> None:
    if not error:
        return
    known = error if error in (*_OURS, *_LATER, "access_denied") else "another"
    log.warning("provider.said_no", error=known)
    if error in _OURS:
        raise ProviderMisset(error)
    if error in _LATER:
        raise ProviderUnavailable(error)
    raise ProviderSaidNo()


def _refused(why: str) -> Refused:
    """The log says what did not fit, never what was in the token."""
    log.warning("provider.refused", why=why)
    return ProviderAnswerRefused()


def _session(redirect_address: str = "", method: str = "client_secret_basic") -> OAuth2Session:
    settings = config.settings()
    return OAuth2Session(
        settings.oidc_client_id,
        settings.oidc_client_secret,
        token_endpoint_auth_method=method,
        scope=SCOPE,
        redirect_uri=redirect_address,
        code_challenge_method="S256",
        default_timeout=TIMEOUT_SECONDS,
    )


def _token(metadata: dict[str, Any], code: str, begun: Begun, redirect_address: str) -> dict[str, Any]:
    methods = metadata.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    method = "client_secret_basic" if "client_secret_basic" in methods else "client_secret_post"
    try:
        with _session(redirect_address, method) as client:
            return dict(
                client.fetch_token(
                    metadata["token_endpoint"],
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=begun.verifier,
                    allow_redirects=False,
                )
            )
    except requests.RequestException as fault:
        raise ProviderUnavailable(type(fault).__name__) from None
    except OAuthError as fault:
        if fault.error in _OURS:
            log.error("provider.misset", why=fault.error)
            raise ProviderMisset(str(fault.error)) from None
        # A code that was used, is over, or was given to another program.
        raise _refused("the code") from None
    except Exception as fault:
        # Whatever the library makes of an answer that is none.
        raise ProviderUnavailable(type(fault).__name__) from None


def _account(token: Mapping[str, Any], begun: Begun) -> Account:
    raw = token.get("id_token")
    if not isinstance(raw, str):
        raise _refused("no id_token")
    read = _decoded(raw)
    settings = config.settings()
    options: dict[str, Any] = {"iss": {"essential": True, "value": _issuer()}, "sub": {"essential": True}}
    if settings.oidc_acr:
        options["acr"] = {"essential": True, "values": settings.oidc_acr.split()}
    told = {
        "client_id": settings.oidc_client_id,
        "nonce": begun.nonce,
        "access_token": token.get("access_token"),
    }
    claims = CodeIDToken(read.claims, read.header, options, told)
    audience = claims.get("aud")
    try:
        claims.validate(now=int(clock.now().timestamp()), leeway=LEEWAY_SECONDS)
    except (JoseError, ValueError, TypeError) as fault:
        raise _refused(getattr(fault, "claim", "") or type(fault).__name__) from None
    if settings.oidc_client_id not in (audience if isinstance(audience, list) else [audience]):
        raise _refused("aud")
    subject = claims["sub"]
    if not isinstance(subject, str) or not 0 < len(subject) <= SUBJECT_MAX or not subject.isprintable():
        raise _refused("sub")
    return Account(_issuer(), subject)


def _decoded(raw: str) -> jwt.Token:
    """Opened with the provider's keys; with one that is new there, once more with keys that are asked again."""
    for again in (False, True):
        keys = _asked("keys", lambda again=again: _known.keys(again))  # type: ignore[misc]
        try:
            return jwt.decode(raw, keys, algorithms=ALGORITHMS)
        except (JoseError, ValueError) as fault:
            trouble = type(fault).__name__
    raise _refused(f"signature: {trouble}")


class _Known:
    """What the provider told of itself, kept for an hour."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.forget()

    def forget(self) -> None:
        with self._lock:
            self._metadata: tuple[str, float, dict[str, Any]] | None = None
            self._keys: tuple[str, float, KeySet] | None = None

    def metadata(self) -> dict[str, Any]:
        kept, issuer = self._metadata, _issuer()
        if kept is not None and kept[0] == issuer and time.monotonic() - kept[1] < KEPT_SECONDS:
            return kept[2]
        found = _read(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        if found.get("issuer") != issuer:
            raise _misset("OIDC_ISSUER is not written as the provider writes it")
        for name in _NEEDED:
            if not _safe(found.get(name)):
                raise _misset(f"its {name} is missing or not https")
        with self._lock:
            self._metadata = (issuer, time.monotonic(), found)
        return found

    def keys(self, again: bool = False) -> KeySet:
        address, kept = self.metadata()["jwks_uri"], self._keys
        most = AGAIN_SECONDS if again else KEPT_SECONDS
        if kept is not None and kept[0] == address and time.monotonic() - kept[1] < most:
            return kept[2]
        try:
            told: Any = _read(address)
            found = KeySet.import_key_set(told)
        except (JoseError, ValueError, TypeError, KeyError) as fault:
            raise _misset(f"its keys cannot be read: {type(fault).__name__}") from None
        with self._lock:
            self._keys = (address, time.monotonic(), found)
        return found


def _misset(why: str) -> Refused:
    log.error("provider.misset", why=why)
    return ProviderMisset(why)


def _safe(address: Any) -> bool:
    """Over https; in clear on this machine alone, where somebody tries it."""
    if not isinstance(address, str):
        return False
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and on_this_machine(parts.hostname or ""))


def _read(address: str) -> dict[str, Any]:
    try:
        answer = requests.get(address, timeout=TIMEOUT_SECONDS, allow_redirects=False)
        if answer.status_code == 404:
            raise _misset("there is no provider at OIDC_ISSUER")
        answer.raise_for_status()
        found = answer.json()
    except (requests.RequestException, ValueError) as fault:
        raise ProviderUnavailable(type(fault).__name__) from None
    if answer.status_code != 200 or not isinstance(found, dict):
        raise _misset("what it says of itself cannot be read")
    return found


_known = _Known()
_BREAKERS = {
    name: outside.Breaker("provider", name, ProviderUnavailable) for name in ("metadata", "keys", "token")
}


def _asked(name: str, ask: Callable[[], Answer]) -> Answer:
    return _BREAKERS[name].asked(outside.seats(), ask, away=ProviderUnavailable, settled=(Refused,))
