import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { accessIn } from "@armada/nats";
import { expect, test } from "vitest";
import { reach } from "./reach.ts";

test("who types a command is told that nats-server does not answer: one that is silent, one that is not there", async () => {
  const keys = mkdtempSync(join(tmpdir(), "armada-reach-"));
  const open: Socket[] = [];
  const silent = createServer((socket) => void open.push(socket));
  try {
    await accessIn(keys).ensure(["operator"]);
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const address = silent.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const servers = `nats://127.0.0.1:${port}`;
    const told = { code: "LOG_UNAVAILABLE", message: `nats-server at ${servers} did not answer within 0.5 s` };
    await expect(reach(servers, keys, "operator", { within: 500 })).rejects.toMatchObject(told);
    for (const socket of open) socket.destroy();
    await new Promise((resolve) => silent.close(resolve));
    await expect(reach(servers, keys, "operator", { within: 500 })).rejects.toMatchObject(told);
  } finally {
    rmSync(keys, { recursive: true, force: true });
  }
});
