"""What the cloud of the apps remembers."""

from dataclasses import dataclass, field
import hashlib


@dataclass(slots=True)
class AppState:
    """Who may sign in from which installation, and how it answers."""

    seed: str
    installations: dict[int, set[str]] = field(default_factory=dict)
    """Those that an account has proved to be its own, by the account's number."""
    outbox: list[tuple[str, str]] = field(default_factory=list)
    """Mails and text messages: to whom, and the code."""
    codes: dict[tuple[str, str], str] = field(default_factory=dict)
    """The code that is valid, by account name and installation."""
    tokens: dict[str, int] = field(default_factory=dict)
    """Account numbers by access token."""
    domain: str | None = None
    """The site that callers are sent to, when it is another one."""
    page_size: int = 20
    incomplete: set[int] = field(default_factory=set)
    """Locks whose keys lack something."""
    numbers_as_text: bool = False
    """Also success is spelled as text."""

    def new_code(self, username: str, installation: str) -> str:
        """Send a code; the one before is worth nothing any more."""
        code = f"{int(self._digest('code', len(self.outbox)), 16) % 1_000_000:06}"
        self.outbox.append((username, code))
        self.codes[username, installation] = code
        return code

    def new_token(self, uid: int) -> str:
        """Hand out an access token."""
        token = self._digest("app token", uid, len(self.tokens))
        self.tokens[token] = uid
        return token

    def secrets(self) -> set[str]:
        """Return what must not be shown anywhere."""
        return set(self.tokens) | {code for _, code in self.outbox}

    def _digest(self, *parts: object) -> str:
        return hashlib.sha256("|".join(map(str, (self.seed, *parts))).encode()).hexdigest()[:32]
