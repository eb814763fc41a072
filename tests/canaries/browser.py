"""Somebody's browser."""

from dataclasses import dataclass, field
from typing import Any

from pytest_homeassistant_custom_component.typing import MockHAClientWebSocket


@dataclass
class Browser:
    """Somebody's browser, with what it has got."""

    socket: MockHAClientWebSocket
    pages: list[Any] = field(default_factory=list)

    async def ask(self, what: str, **fields: Any) -> Any:
        """Ask for something, and keep it."""
        answer = await self.look_up(what, **fields)
        self.pages.append(answer)
        return answer

    async def look_up(self, what: str, **fields: Any) -> Any:
        """Ask for something that is kept elsewhere already."""
        await self.socket.send_json_auto_id({"type": what, **fields})
        while (answer := await self.socket.receive_json())["type"] != "result":
            self.pages.append(answer)
        assert answer["success"], answer
        return answer["result"]
