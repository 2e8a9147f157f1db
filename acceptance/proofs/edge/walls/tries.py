"""A plain client that is not ours: connects as each identity that it is given, listens wherever the server lets it, tries all that it is
told, one identity after the other, and writes what was answered, refused and heard. What that means is judged by who reads it.

    tries.py JOB OUT        both JSON files
"""

import asyncio
import json
import sys

import nats
from nats.errors import Error

IN_ONE_GO = 200
QUIET_S = 0.25
SOON_S = 5


class Identity:
    def __init__(self, about):
        self.name = about["name"]
        self.about = about
        self.answers = {}
        self.heard = []
        self.refused = []
        self.cut = 0
        self.last = 0.0

    async def connect(self, servers):
        async def complained(error):
            self.refused.append(str(error))

        async def cut():
            self.cut += 1

        self.connection = await nats.connect(
            servers,
            **{self.about["by"]: self.about["file"]},
            inbox_prefix=f"_INBOX.{self.name}",
            error_cb=complained,
            disconnected_cb=cut,
            allow_reconnect=False,
            connect_timeout=SOON_S,
        )
        self.inbox = f"_INBOX.{self.name}.tries"
        await self.connection.subscribe(f"{self.inbox}.*", cb=self.answered)
        for subject in self.about["listens"]:
            await self.connection.subscribe(subject, cb=self.hears)
        await self.connection.flush()

    async def answered(self, message):
        self.last = asyncio.get_running_loop().time()
        subject = self.about["tries"][int(message.subject[len(self.inbox) + 1 :])]["subject"]
        status = (message.headers or {}).get("Status", "")
        said = f"{status} {message.data.decode('utf-8', 'replace')}"
        self.answers.setdefault(subject, []).append(said)

    async def hears(self, message):
        if not message.subject.startswith(self.inbox):
            self.heard.append([message.subject, message.data.decode("utf-8", "replace")])

    async def tries(self):
        loop = asyncio.get_running_loop()
        for n, one in enumerate(self.about["tries"]):
            await self.connection.publish(one["subject"], one["body"].encode(), reply=one.get("reply") or f"{self.inbox}.{n}")
            if n % IN_ONE_GO == IN_ONE_GO - 1:
                await self.connection.flush(timeout=SOON_S)
        await self.connection.flush(timeout=SOON_S)
        self.last = loop.time()
        while loop.time() - self.last < QUIET_S:
            await asyncio.sleep(QUIET_S / 5)

    def told(self):
        return {"answers": self.answers, "heard": self.heard, "refused": self.refused, "cut": self.cut}


async def opens(servers, about):
    """Whether the server lets in who has this file."""

    async def unheard(_error):
        pass  # the answer is below

    try:
        connection = await nats.connect(
            servers, **{about["by"]: about["file"]}, error_cb=unheard, allow_reconnect=False, connect_timeout=SOON_S
        )
    except (Error, OSError, asyncio.TimeoutError):
        return False
    await connection.close()
    return True


async def main(path, out):
    with open(path, encoding="utf-8") as file:
        job = json.load(file)
    identities = [Identity(about) for about in job["identities"]]
    for one in identities:
        await one.connect(job["servers"])
    for one in identities:
        await one.tries()
    await asyncio.sleep(QUIET_S)
    opened = [about["name"] for about in job["strangers"] if await opens(job["servers"], about)]
    told = {"identities": {one.name: one.told() for one in identities}, "opened": opened}
    for one in identities:
        await one.connection.close()
    with open(out, "w", encoding="utf-8") as file:
        json.dump(told, file)


asyncio.run(main(*sys.argv[1:]))
