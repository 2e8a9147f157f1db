import { spawnSync } from "node:child_process";
import { createServer } from "node:net";
import { expect, test } from "vitest";

const door = new URL("index.ts", import.meta.url).href;

test("a process that looks at no promise ends with the error of what it lost, not well", async () => {
  // A port on which nobody listens any more.
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  const code = `const { emitter } = await import(${JSON.stringify(door)});
    const events = emitter({ url: "http://127.0.0.1:${port}", key: "a-key-of-one", source: "/x", deadlineMs: 2_000 });
    void events.emit("com.example.lost", 1);
    await events.close();
    console.log("closed");`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", code], { encoding: "utf8" });
  expect([status, stdout.trim(), /unreachable/.test(stderr), stderr.includes("a-key-of-one")]).toEqual([1, "closed", true, false]);
});
