import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";
import { lines } from "./lines.ts";
import { armada, place, says, start } from "./testing/product.ts";

test("it says where it answers, tells each request, and ends with what it counted", async () => {
  using at = place();
  writeFileSync(join(at.folder, "script.yml"), "answers:\n  - when: { prompt: tram }\n    text: It comes.\n");
  const server = start(at.folder, ["model-server", "--script", "script.yml", "--json"]);
  await says(server, "model-server");
  const { url } = z.object({ url: z.string() }).parse(JSON.parse(server.said().split("\n")[0] ?? ""));
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  const ask = async (content: string): Promise<number> => {
    const body = JSON.stringify({ model: "gpt-x", messages: [{ role: "user", content }] });
    const headers = { "content-type": "application/json", authorization: "Bearer test" };
    return (await fetch(`${url}/v1/chat/completions`, { method: "POST", headers, body })).status;
  };
  expect([await ask("when does the tram come?"), await ask("and the bus?")]).toEqual([200, 400]);
  server.child.kill("SIGINT");
  const ended = await server.ended;
  expect(ended.lines.map((line) => lines.modelServer.parse(line)).slice(1)).toEqual([
    { type: "model-request", model: "gpt-x", answer: "answers[0]", status: 200 },
    { type: "model-request", model: "gpt-x", status: 400 },
    { type: "model-requests", requests: 2, unmatched: 1 },
  ]);
  expect(ended.code).toBe(1);
});

test("a script that is none, a file that is not there, and a port that is taken are said", async () => {
  using at = place();
  writeFileSync(join(at.folder, "script.yml"), "answers:\n  - txt: a\n");
  const said = async (...args: string[]): Promise<unknown> => {
    const { code, lines: printed } = await armada(at.folder, ["model-server", "--json", ...args]);
    return [code, printed[0]];
  };
  expect(await said("--script", "script.yml")).toMatchObject([
    2,
    { code: "SCRIPT_INVALID", message: expect.stringContaining("script.yml:2:5: answers[0].txt: there is no such member") },
  ]);
  expect(await said("--script", "gone.yml")).toMatchObject([3, { code: "FILE_UNREADABLE" }]);
  writeFileSync(join(at.folder, "good.yml"), "default: { text: a }\n");
  const other = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => other.once("listening", resolve));
  const { port } = other.address() as AddressInfo;
  expect(await said("--script", "good.yml", "--port", String(port))).toMatchObject([
    2,
    { code: "USAGE", message: expect.stringContaining("EADDRINUSE") },
  ]);
  other.close();
});
