import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { keptPort } from "./server.ts";

test("a server's port is kept in its folder; where it is taken or is none, another one is, and kept", async () => {
  const folder = await mkdtemp(join(tmpdir(), "armada-port-"));
  const inside = join(folder, "nats");
  try {
    const first = await keptPort(inside);
    expect([await keptPort(inside), await keptPort(inside)]).toEqual([first, first]);

    const other = createServer();
    await new Promise<void>((done) => void other.listen(first, "127.0.0.1", done));
    const second = await keptPort(inside);
    await new Promise((done) => void other.close(done));
    expect(second).not.toBe(first);
    expect(await keptPort(inside)).toBe(second);

    for (const none of ["", "nats://127.0.0.1:4222", "-1", "70000"]) {
      await writeFile(join(inside, "port"), none);
      const port = await keptPort(inside);
      expect(await readFile(join(inside, "port"), "utf8")).toBe(`${port}\n`);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});
