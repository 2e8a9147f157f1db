import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const cli = join(fileURLToPath(import.meta.url), "../../../../libs/cli/src/main.ts");
const text =
  "# The bridge\n\nThe Arden bridge over the river Lune opened to walkers and cyclists on 4 May 2021. " +
  "The Arden bridge carries 1,240 people a day between the station and the old harbour.\n";
const documents = [{ name: "bridge.md", text }];
const DEADLINE_MS = 30_000;

let folder: string;
let taken: ReturnType<typeof createServer>;
let up: ChildProcess;
let mesh: { gateway: string; key: string; pids: Record<string, number[]> };
let wanted: number;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "armada-gateway-"));
  taken = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => taken.once("listening", resolve));
  const address = taken.address();
  wanted = typeof address === "object" && address !== null ? address.port : 0;
  up = spawn(process.execPath, [cli, "up", "--json", "--port", String(wanted)], {
    cwd: folder,
    env: { ...process.env, ARMADA_GATEWAY_WEBHOOK_ORIGINS: "example.com, EventGrid.azure.net" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  mesh = await new Promise((resolve, reject) => {
    let out = "";
    up.once("exit", (code) => reject(new Error(`up ended with ${code}`)));
    up.stdout?.on("data", (chunk) => {
      out += chunk;
      const line = out.split("\n").find((one) => one.includes('"type":"ready"'));
      if (line !== undefined && out.includes("\n")) resolve(JSON.parse(line));
    });
  });
});

afterAll(async () => {
  up.removeAllListeners("exit");
  const gone = new Promise((resolve) => up.once("exit", resolve));
  up.kill("SIGTERM");
  await gone;
  taken.close();
  await rm(folder, { recursive: true, force: true });
});

type Answer = { status: number; type: string; retryAfter: string | null; body: Record<string, unknown> };

async function call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  const response = await fetch(new URL(path, mesh.gateway), {
    method,
    headers: { authorization: `Bearer ${mesh.key}`, ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    type: response.headers.get("content-type") ?? "",
    retryAfter: response.headers.get("retry-after"),
    body: text === "" ? {} : JSON.parse(text),
  };
}

async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (const end = Date.now() + DEADLINE_MS; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 50))) {
    const found = await look();
    if (found !== undefined) return found;
  }
  throw new Error("it did not come");
}

const event = (id: string, data: unknown): Record<string, unknown> => ({
  specversion: "1.0",
  id,
  source: "/test",
  type: "com.example.article.requested",
  data,
});
const emit = (id: string, data: unknown): Promise<Answer> =>
  call("POST", "/v1/events", event(id, data), { "content-type": "application/cloudevents+json" });
const article = { topic: "The Arden bridge", documents };

async function frames(
  path: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; events: { id?: string; event: string; data: Record<string, unknown> }[] }> {
  const response = await fetch(new URL(path, mesh.gateway), { headers: { authorization: `Bearer ${mesh.key}`, ...headers } });
  const blocks = (await response.text()).split("\n\n").filter((block) => block.startsWith("id:") || block.startsWith("event:"));
  return {
    status: response.status,
    events: blocks.map((block) => {
      const lines = new Map(block.split("\n").map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)]));
      const id = lines.get("id");
      return { ...(id === undefined ? {} : { id }), event: lines.get("event") ?? "", data: JSON.parse(lines.get("data") ?? "{}") };
    }),
  };
}

describe("listening", () => {
  test("takes the next free port where the wanted one is taken, and says it", () => {
    const port = Number(new URL(mesh.gateway).port);
    expect(port).toBeGreaterThan(wanted);
    expect(port).toBeLessThanOrEqual(wanted + 50);
  });

  test("is healthy and ready without a key; everything under /v1 wants one", async () => {
    for (const path of ["/healthz", "/readyz", "/openapi.json"])
      expect((await call("GET", path, undefined, { authorization: "" })).status).toBe(200);
    for (const authorization of ["", "Bearer", `Bearer ${mesh.key}x`, `Basic ${mesh.key}`])
      expect(await call("GET", "/v1/runs/x", undefined, { authorization })).toMatchObject({
        status: 401,
        type: expect.stringContaining("application/problem+json"),
      });
  });

  test("its OpenAPI has every route", async () => {
    const { body } = await call("GET", "/openapi.json");
    expect(Object.keys(body.paths as object).sort()).toEqual(
      [
        "/healthz",
        "/readyz",
        "/v1/events",
        "/v1/runs",
        "/v1/runs/{id}",
        "/v1/runs/{id}/approvals/{n}",
        "/v1/runs/{id}/events",
        "/v1/webhooks/{name}",
      ].sort(),
    );
  });
});

describe("events", () => {
  test("the same source and id is one event: 202, then 200 with the same answer", async () => {
    const first = await emit("one", { topic: "t", documents: [] });
    const again = await emit("one", { topic: "another", documents: [] });
    expect([first.status, again.status]).toEqual([202, 200]);
    expect(again.body).toEqual(first.body);
  });

  test("a batch of a hundred is stored whole; with one known it is still 202", async () => {
    const events = Array.from({ length: 100 }, (_, i) => event(`batch ${i}`, { topic: "t", documents: [] }));
    const headers = { "content-type": "application/cloudevents-batch+json" };
    const { status, body } = await call("POST", "/v1/events", events, headers);
    const seqs = (body.events as { seq: number }[]).map(({ seq }) => seq);
    expect([status, new Set(seqs).size]).toEqual([202, 100]);
    expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
    expect((await call("POST", "/v1/events", events, headers)).status).toBe(200);
  });

  test("a web hook may be delivered by whom the configuration lists", async () => {
    const asked = (origin: string): Promise<Answer> =>
      call("OPTIONS", "/v1/events", undefined, { "webhook-request-origin": origin, "webhook-request-rate": "120" });
    expect((await asked("eventgrid.azure.net")).status).toBe(200);
    expect(await asked("other.example.com")).toMatchObject({ status: 403, body: { field: "webhook-request-origin" } });
  });

  test("while the log is away the answer is 503 with Retry-After, and sending again is safe", async () => {
    const [server] = mesh.pids.nats ?? [];
    if (server === undefined) throw new Error("no server");
    process.kill(server, "SIGSTOP");
    // The signal is sent, and not yet obeyed.
    await until(() => Promise.resolve(readFileSync(`/proc/${server}/stat`, "utf8").split(") ")[1]?.startsWith("T") === true || undefined));
    try {
      expect(await emit("away", { topic: "t", documents: [] })).toMatchObject({
        status: 503,
        retryAfter: expect.any(String),
        body: { type: "urn:armada:problem:log-unavailable" },
      });
      expect((await call("GET", "/healthz")).status).toBe(200);
      expect((await call("GET", "/readyz")).status).toBe(503);
    } finally {
      process.kill(server, "SIGCONT");
    }
    const stored = await until(async () => {
      const answer = await emit("away", { topic: "t", documents: [] });
      return answer.status === 503 ? undefined : answer;
    });
    expect([200, 202]).toContain(stored.status);
    expect(await emit("away", { topic: "t", documents: [] })).toMatchObject({ status: 200, body: stored.body });
  });
});

describe("runs", () => {
  test("a key starts one run; its journal is a feed that ends with it and resumes", async () => {
    const start = { workflow: "content.create_article", input: article, key: "k1" };
    const first = await call("POST", "/v1/runs", start);
    expect(first.status).toBe(202);
    expect(await call("POST", "/v1/runs", start)).toMatchObject({ status: 200, body: first.body });
    const path = `/v1/runs/${String(first.body.run)}`;
    await until(async () => ((await call("GET", path)).status === 200 ? true : undefined));
    const live = await frames(path, { accept: "text/event-stream" });
    expect(live.events.at(-1)).toMatchObject({ event: "end", data: { status: "completed" } });
    const journal = live.events.filter((one) => one.event === "journal");
    expect(journal.map(({ data }) => data.n)).toEqual(journal.map((_, i) => i + 1));
    const resumed = await frames(`${path}/events`, { "last-event-id": journal[2]?.id ?? "" });
    expect(resumed.events.map(({ id }) => id)).toEqual([...journal.slice(3).map(({ id }) => id), undefined]);
    expect((await frames(`${path}/events`, { "last-event-id": journal.at(-1)?.id ?? "" })).status).toBe(204);
    const { body } = await call("GET", path);
    expect(body).toMatchObject({ team: "content", status: "completed", output: { metadata: { title: expect.any(String) } } });
  });

  test("documents above 64 KiB reach the workflow", async () => {
    const text = `${documents[0]?.text}\n${"The river is calm in May. ".repeat(8_000)}`;
    const { body } = await call("POST", "/v1/runs", {
      workflow: "content.create_article",
      input: { ...article, documents: [{ name: "long.md", text }] },
    });
    const view = await until(async () => {
      const now = await call("GET", `/v1/runs/${String(body.run)}`);
      return now.body.endedAt === undefined ? undefined : now.body;
    });
    expect(view.status).toBe("completed");
  });

  test("an approval is done once; again it is `already`, with who decided", async () => {
    const { body } = await call("POST", "/v1/runs", { workflow: "content.create_article", input: { ...article, approval: true } });
    const path = `/v1/runs/${String(body.run)}`;
    const waiting = await until(async () => {
      const [wait] = ((await call("GET", path)).body.waitingFor ?? []) as { kind: string; n: number }[];
      return wait?.kind === "approval" ? wait : undefined;
    });
    const approvals = `${path}/approvals/${waiting.n}`;
    const both = await Promise.all(["ann", "bob"].map((by) => call("POST", approvals, { approved: true, by })));
    expect(new Set(both.map((one) => one.body.status))).toEqual(new Set(["already", "done"]));
    expect(new Set(both.map((one) => one.body.by)).size).toBe(1);
    const again = await call("POST", approvals, { approved: false, by: "eve" });
    expect(again).toMatchObject({ status: 200, body: { status: "already", approved: true, by: both[0]?.body.by } });
    expect(await call("POST", `${path}/approvals/999`, { approved: true })).toMatchObject({ status: 404, body: { field: "n" } });
    await until(async () => ((await call("GET", path)).body.status === "completed" ? true : undefined));
  });
});
