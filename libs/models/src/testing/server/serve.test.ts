import { afterEach, expect, test } from "vitest";
import { z } from "zod";
import type { ApiLogLine } from "../books/api-log.ts";
import { type ApiServer, type ApiServerOptions, type Control, faultKinds, startApiServer } from "../index.ts";

const servers: ApiServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server[Symbol.asyncDispose]();
});
async function start(options: Partial<ApiServerOptions> = {}): Promise<ApiServer> {
  const server = await startApiServer({ script: () => ({ text: "x".repeat(400) }), ...options });
  servers.push(server);
  return server;
}

const protocols = {
  messages: { path: "/v1/messages", body: { model: "claude-haiku-5-5", max_tokens: 100 }, overloaded: 529 },
  chat: { path: "/v1/chat/completions", body: { model: "claude-haiku-5-5" }, overloaded: 503 },
};
const messages = [{ role: "user", content: "hello" }];

function ask(server: ApiServer, protocol: keyof typeof protocols, stream: boolean, signal?: AbortSignal, call = "c1"): Promise<Response> {
  const { path, body } = protocols[protocol];
  return fetch(`${server.url}${path}`, {
    method: "POST",
    headers: { "x-api-key": "k", "content-type": "application/json", "x-armada-call": call },
    body: JSON.stringify({ ...body, messages, stream }),
    ...(signal === undefined ? {} : { signal }),
  });
}
const control = (server: ApiServer, body: Control): Promise<Response> =>
  fetch(`${server.url}/v1/armada/control`, { method: "POST", body: JSON.stringify(body) });
const endOf = (server: ApiServer): ApiLogLine | undefined => server.log.find(({ event }) => event === "end");

const cases = (["messages", "chat"] as const).flatMap((protocol) =>
  [true, false].flatMap((stream) => faultKinds.map((fault) => [fault, protocol, stream ? "stream" : "whole"] as const)),
);
test.each(cases)("%s of %s, %s: given, counted, and billed or not", async (fault, protocol, way) => {
  const server = await start({ faults: { [fault]: 1, holdMs: 50, retryAfter: 3 } });
  const text = async (): Promise<string> => (await ask(server, protocol, way === "stream")).text();
  switch (fault) {
    case "rateLimited": {
      const res = await ask(server, protocol, way === "stream");
      expect([res.status, res.headers.get("retry-after")]).toEqual([429, "3"]);
      expect(endOf(server)).toMatchObject({ outcome: "rate_limited", billed: false, costMicros: 0 });
      break;
    }
    case "overloaded":
      expect((await ask(server, protocol, way === "stream")).status).toBe(protocols[protocol].overloaded);
      expect(endOf(server)).toMatchObject({ outcome: "overloaded", billed: false });
      break;
    case "timeout":
      await expect(text()).rejects.toThrow();
      expect(endOf(server)).toMatchObject({ outcome: "timeout", billed: true, call: "c1" });
      expect(endOf(server)?.tokens.output).toBeGreaterThan(100);
      break;
    case "brokenStream":
      await expect(text()).rejects.toThrow();
      expect(endOf(server)).toMatchObject({ outcome: "stream_broken", billed: true });
      break;
    case "truncatedJson": {
      expect(await text()).toContain(protocol === "messages" ? '"stop_reason":"max_tokens"' : '"finish_reason":"length"');
      expect(endOf(server)).toMatchObject({ outcome: "truncated", billed: true });
      break;
    }
    default:
      fault satisfies never;
  }
  const given = z.record(z.string(), z.number()).parse(await (await fetch(`${server.url}/v1/armada/faults`)).json());
  expect(given[fault]).toBe(1);
  expect(server.faults[fault]).toBe(1);
});

test("when the first byte of an answer is there, its bill is in the log", async () => {
  const server = await start({ script: () => ({ a: 1 }) });
  for (const stream of [true, false]) {
    const res = await ask(server, "messages", stream);
    expect(server.log.at(-1)).toMatchObject({ event: "end", billed: true, outcome: "answered" });
    await res.text();
  }
});

test("a client that goes in the middle of a stream is billed what was made until then", async () => {
  const server = await start({ pieceMs: 20, pieces: 50 });
  const stop = new AbortController();
  const res = await ask(server, "messages", true, stop.signal);
  await res.body?.getReader().read();
  stop.abort();
  await expect.poll(() => endOf(server)?.outcome).toBe("aborted");
  const end = endOf(server);
  expect(end).toMatchObject({ billed: true });
  expect(end?.tokens.output).toBeLessThan(60);
});

test("held requests wait until they are released, and one whose client goes is billed its prompt", async () => {
  const server = await start();
  expect(await (await control(server, { hold: true })).json()).toMatchObject({ hold: true, held: 0 });
  const stop = new AbortController();
  const lost = ask(server, "messages", false, stop.signal, "lost").catch(() => "gone");
  const kept = ask(server, "chat", false, undefined, "kept");
  await expect.poll(async () => (await fetch(`${server.url}/v1/armada/control`)).json()).toMatchObject({ hold: true, held: 2 });
  stop.abort();
  expect(await lost).toBe("gone");
  await expect.poll(() => endOf(server)).toMatchObject({ call: "lost", outcome: "aborted", billed: true });
  expect(server.log.filter(({ event, call }) => event === "end" && call === "kept")).toEqual([]);
  await control(server, { hold: false });
  expect((await kept).status).toBe(200);
});

test("delay and faults change while it runs; what it does not know it refuses", async () => {
  const server = await start();
  expect((await ask(server, "messages", false)).status).toBe(200);
  await control(server, { faults: { overloaded: 1 }, delayMs: 5 });
  expect((await ask(server, "messages", false)).status).toBe(529);
  await control(server, { faults: {} });
  expect((await ask(server, "messages", false)).status).toBe(200);
  expect(server.faults.overloaded).toBe(1);
  expect((await fetch(`${server.url}/v1/armada/control`, { method: "POST", body: '{"slow":true}' })).status).toBe(400);
});
