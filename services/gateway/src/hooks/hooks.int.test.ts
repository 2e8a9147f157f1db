import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";

const cli = join(fileURLToPath(import.meta.url), "../../../../../libs/cli/src/main.ts");
const run = promisify(execFile);
const TYPE = "com.example.article.requested";
const document =
  "# The bridge\n\nThe Arden bridge over the river Lune opened to walkers and cyclists on 4 May 2021. " +
  "The Arden bridge carries 1,240 people a day between the station and the old harbour.\n";

type Request = { readonly path: string; readonly headers: IncomingHttpHeaders; readonly body: string };
let folder: string;
let up: ChildProcess;
let mesh: { gateway: string; key: string; pids: Record<string, number[]> };
let target: string;
let answer: (request: Request) => number;
const got: Request[] = [];
const receiver = createServer((request, response) => {
  const { url: path = "", headers } = request;
  void text(request).then((body) => {
    response.statusCode = answer({ path, headers, body });
    if (response.statusCode < 300) got.push({ path, headers, body });
    response.end("x".repeat(5_000));
  });
});

const armada = async (...args: string[]): Promise<Record<string, unknown>[]> => {
  const { stdout } = await run(process.execPath, [cli, ...args, "--json"], { cwd: folder });
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
};
const plain = async (...args: string[]): Promise<string> => (await run(process.execPath, [cli, ...args], { cwd: folder })).stdout;
const refused = async (...args: string[]): Promise<string> =>
  run(process.execPath, [cli, ...args], { cwd: folder }).then(
    () => "it was not refused",
    ({ stderr }: { stderr: string }) => stderr,
  );
const emit = async (id: string, subject: string, data: unknown = { topic: "t", documents: [] }): Promise<string> => {
  const { gateway } = JSON.parse(await readFile(join(folder, ".armada/mesh.json"), "utf8"));
  const response = await fetch(new URL("/v1/events", gateway), {
    method: "POST",
    headers: { authorization: `Bearer ${mesh.key}`, "content-type": "application/cloudevents+json" },
    body: JSON.stringify({ specversion: "1.0", id, source: "/test", type: TYPE, subject, partitionkey: "p1", data }),
  });
  expect(response.status).toBe(202);
  return ((await response.json()) as { event: string }).event;
};
const ofPath = (path: string): Request[] => got.filter((one) => one.path === path);
const ids = (path: string): unknown[] => ofPath(path).map(({ headers }) => headers["webhook-id"]);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "armada-hooks-"));
  await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
  target = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  up = spawn(process.execPath, [cli, "up", "--json", "--port", "0"], { cwd: folder, stdio: ["ignore", "pipe", "inherit"] });
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
beforeEach(() => {
  answer = () => 204;
});
afterAll(async () => {
  up.removeAllListeners("exit");
  const gone = new Promise((resolve) => up.once("exit", resolve));
  up.kill("SIGTERM");
  await gone;
  receiver.closeAllConnections();
  receiver.close();
  await rm(folder, { recursive: true, force: true });
});

test("facts and ended runs come signed, each with its one id, and what was before the hook does not", async () => {
  await emit("before", "a");
  const runs = (): Promise<Record<string, unknown>[]> => armada("runs", "list", "--team", "content");
  await vi.waitFor(async () => expect(await runs()).toMatchObject([{ status: "failed" }]), { timeout: 30_000, interval: 200 });
  const [added] = await armada(
    "hooks",
    "add",
    "desk",
    "--url",
    `${target}/desk`,
    "--type",
    TYPE,
    "--run",
    "content.*",
    "--out",
    "desk.secret",
  );
  expect(added).toMatchObject({ type: "hook", name: "desk", url: `${target}/…`, file: "desk.secret" });
  const secret = (await readFile(join(folder, "desk.secret"), "utf8")).trim();
  const event = await emit("one", "a", { topic: "The Arden bridge", documents: [{ name: "bridge.md", text: document }] });
  await vi.waitFor(() => expect(ofPath("/desk").length).toBe(2), { timeout: 60_000, interval: 50 });
  const bodies = ofPath("/desk").map(({ headers, body }) => {
    expect(headers["content-type"]).toBe("application/cloudevents+json; charset=utf-8");
    expect(headers["user-agent"]).toBe("armada-hooks/1");
    return new Webhook(secret).verify(body, headers as Record<string, string>) as Record<string, unknown>;
  });
  expect(ids("/desk")[0]).toBe(event);
  expect(bodies[0]).toEqual({
    specversion: "1.0",
    id: "one",
    source: "/test",
    type: TYPE,
    subject: "a",
    partitionkey: "p1",
    data: { topic: "The Arden bridge", documents: [{ name: "bridge.md", text: document }] },
  });
  const listed = (await runs()).find(({ status }) => status !== "failed");
  expect(ids("/desk")[1]).toBe(listed?.run);
  expect(bodies[1]).toMatchObject({
    type: "armada.run.ended",
    id: listed?.run,
    source: "/teams/content",
    data: {
      team: "content",
      workflow: listed?.workflow,
      run: listed?.run,
      status: listed?.status,
      href: `/v1/runs/${String(listed?.run)}`,
    },
  });
});

test("a receiver that fails is tried again, in order per key, also by a gateway that begins anew", async () => {
  await plain("hooks", "add", "shop", "--url", `${target}/shop?token=t0ken`, "--type", "com.example.*");
  answer = ({ path }) => (path.startsWith("/shop") ? 503 : 204);
  const sent: string[] = [];
  for (let i = 0; i < 24; i++) sent.push(await emit(`shop ${i}`, `key${i % 3}`));
  await vi.waitFor(
    async () =>
      expect((await armada("hooks", "list")).find(({ name }) => name === "shop")).toMatchObject({
        state: "down",
        sent: 0,
        parked: 0,
        error: "it answered 503",
      }),
    { timeout: 30_000, interval: 200 },
  );
  for (const pid of mesh.pids.gateway ?? []) process.kill(pid, "SIGKILL");
  answer = () => 204;
  await vi.waitFor(() => expect(new Set(ids("/shop?token=t0ken"))).toEqual(new Set(sent)), { timeout: 60_000, interval: 50 });
  const { gateway } = mesh;
  await vi.waitFor(async () => expect(await readFile(join(folder, ".armada/mesh.json"), "utf8")).not.toContain(gateway));
  for (const key of [0, 1, 2]) {
    const mine = sent.filter((_, i) => i % 3 === key);
    expect([...new Set(ids("/shop?token=t0ken"))].filter((id) => mine.includes(id as string))).toEqual(mine);
  }
  expect(await plain("hooks", "list")).not.toContain("t0ken");
});

test("one that wants nothing more is left alone until it is enabled; a hook that was removed sends nothing", async () => {
  await plain("hooks", "add", "gone", "--url", `${target}/gone`, "--type", TYPE);
  answer = ({ path }) => (path === "/gone" ? 410 : 204);
  await emit("for gone", "g");
  await vi.waitFor(
    async () => expect((await armada("hooks", "list")).find(({ name }) => name === "gone")).toMatchObject({ state: "disabled" }),
    { timeout: 30_000, interval: 200 },
  );
  await expect(armada("health")).rejects.toMatchObject({ stdout: expect.stringContaining("HOOK_DISABLED") });
  answer = () => 204;
  await plain("hooks", "enable", "gone");
  await vi.waitFor(() => expect(ofPath("/gone").length).toBe(1), { timeout: 30_000, interval: 50 });
  await plain("hooks", "remove", "gone");
  expect((await armada("hooks", "list")).map(({ name }) => name)).not.toContain("gone");
});

test("what cannot be is refused in words", async () => {
  expect(await refused("hooks", "add", "x", "--url", "http://example.com/", "--type", TYPE)).toContain("--insecure");
  expect(await refused("hooks", "add", "x", "--url", "https://u:p@example.com/", "--type", TYPE)).toContain("no user and password");
  expect(await refused("hooks", "add", "x", "--url", target, "--type", "com.example.nothing")).toContain(TYPE);
  expect(await refused("hooks", "add", "x", "--url", target, "--run", "content.nothing")).toContain("content.");
  expect(await refused("hooks", "add", "x", "--url", target)).toContain("--type");
  expect(await refused("hooks", "parked", "x")).toContain("there is no hook x");
  expect(await refused("hooks", "discard", "desk")).toContain("--id");
  expect(await refused("hooks", "discard", "desk", "--id", "x")).toContain("has not parked x");
});
