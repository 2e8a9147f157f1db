"""What the emitter takes from the world."""

from __future__ import annotations

import random
import time
import uuid
from datetime import datetime, timezone


class World:
    def now(self) -> float:
        """Monotonic, in seconds."""
        return time.monotonic()

    def date(self) -> datetime:
        return datetime.now(timezone.utc)

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)

    def random(self) -> float:
        """0 to 1."""
        return random.random()

    def id(self) -> str:
        return str(uuid.uuid4())
