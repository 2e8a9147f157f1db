import { existsSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isAlive } from "@armada/operations/mesh/mesh-file";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type LineOf, lines } from "./lines.ts";
import { armada, type Ended, place, type Started, says, start } from "./testing/product.ts";

const BRIEF = JSON.stringify({
  topic: "tides",
  approval: true,
  documents: [
    { name: "a.md", text: "# Tides\n\nTides rise and fall twice a day in the bay. The tides of the bay reach four metres in spring." },
  ],
});

/** Every line parsed by the schema that other programs have, and the code. */
function printed<K extends keyof typeof lines>(ended: Ended, ...kinds: K[]): LineOf<K>[] {
  expect(ended.lines.length, ended.stderr).toBeGreaterThan(0);
  return ended.lines.map((line) => {
    const parsed = kinds.map((kind) => lines[kind].safeParse(line)).filter((one) => one.success);
    expect(parsed.length, `${JSON.stringify(line)} is none of ${kinds.join(", ")}`).toBeGreaterThan(0);
    return line as LineOf<K>;
  });
}

describe("without a mesh", () => {
  const at = place();
  afterAll(() => at[Symbol.dispose]());
  const code = async (...args: string[]): Promise<number | null> => (await armada(at.folder, args)).code;

  test("a key's file that is not there is said before anything starts, a team's key by the team", async () => {
    const env = { ANTHROPIC_API_KEY_CONTENT_FILE: join(at.folder, "nokey") };
    const ended = await armada(at.folder, ["up", "--json", "--port", "0"], env);
    expect([ended.code, printed(ended, "error")]).toMatchObject([2, [{ code: "BAD_CONFIG", message: expect.stringContaining("nokey") }]]);
    expect(existsSync(join(at.folder, ".armada/nats"))).toBe(false);
    writeFileSync(join(at.folder, "nokey"), "key-of-content-0123\n");
    const doctor = await armada(at.folder, ["doctor", "--json"], { ...env, ANTHROPIC_BASE_URL: "http://127.0.0.1:9" });
    expect(printed(doctor, "finding")).toContainEqual(
      expect.objectContaining({ name: "models of content", value: "anthropic", from: "ANTHROPIC_API_KEY_CONTENT_FILE" }),
    );
    expect(doctor.stdout + doctor.stderr).not.toContain("key-of-content");
  });

  test("there is nothing to talk to", async () => {
    const ended = await armada(at.folder, ["runs", "list", "--json"]);
    expect(ended.code).toBe(4);
    expect(printed(ended, "error")).toEqual([
      {
        type: "error",
        code: "NO_MESH",
        message: `no mesh runs in ${realpathSync(at.folder)}`,
        hint: expect.stringContaining("npx armada up"),
      },
    ]);
    expect(ended.stderr).toContain("npx armada up");
  });

  test("who looks for a new repository is told what makes one", async () => {
    const [create, help] = await Promise.all([armada(at.folder, ["create", "my-mesh"]), armada(at.folder, ["create", "--help"])]);
    expect([create.code, create.stderr]).toEqual([2, expect.stringMatching(/unknown command 'create'\nnpm create armada-mesh FOLDER/)]);
    expect([help.code, help.stdout]).toEqual([0, expect.stringContaining("npm create armada-mesh FOLDER makes a repository")]);
  });

  test("wrong usage is 2", async () => {
    const codes = [code("nonsense"), code("runs", "list", "--limit", "some"), code("up", "--port", "http"), code("up", "--only", "nobody")];
    expect(await Promise.all(codes)).toEqual([2, 2, 2, 2]);
    const ended = await armada(at.folder, ["runs", "list", "--jsn", "--json"]);
    expect(printed(ended, "error")).toEqual([{ type: "error", code: "USAGE", message: expect.stringContaining("unknown option '--jsn'") }]);
    expect(ended.stderr).toContain("unknown option");
  });

  test("it says its version", async () => {
    expect((await armada(at.folder, ["--version"])).stdout.trim()).toMatch(/^\d+\.\d+\.\d+$/);
  });

  test("an `up` that is interrupted while it starts leaves no server behind", async () => {
    using own = place();
    const up = start(own.folder, ["up", "--port", "0", "--only", "content"]);
    const lock = join(own.folder, ".armada/data/up.json");
    await expect.poll(() => existsSync(lock) && readFileSync(lock, "utf8"), { timeout: 20_000 }).toMatch(/"nats":\d+/);
    const { nats }: { nats: number } = JSON.parse(readFileSync(lock, "utf8"));
    up.child.kill("SIGINT");
    expect((await up.ended).code).toBe(130);
    await expect.poll(() => isAlive(nats)).toBe(false);
  });

  test("an input that cannot be used is 3, help is 0", async () => {
    expect(await Promise.all([code("demo", "--once", "--sources", "nowhere"), code("--help")])).toEqual([3, 0]);
  });

  test("the doctor says every value and where it came from", async () => {
    writeFileSync(join(at.folder, "armada.config.mjs"), "export default { gateway: { port: 5123 } };\n");
    const ended = await armada(at.folder, ["doctor", "--json", "--config", "armada.config.mjs"], { ARMADA_DRAIN: "3s" });
    const values = new Map(printed(ended, "finding").map(({ name, value, from }) => [name, [value, from]]));
    expect(values.get("gateway.port")).toEqual([5123, "armada.config.mjs"]);
    expect(values.get("drain")).toEqual(["3s", "ARMADA_DRAIN"]);
    expect(values.get("nats.syncInterval")).toEqual(["always", "built-in"]);
    expect(ended.code).toBe(0);
  });
});

describe("on a mesh", () => {
  const at = place();
  let up: Started;
  const run = (...args: string[]): Promise<Ended> => armada(at.folder, [...args, "--json"]);
  const begin = (key: string, ...more: string[]): Started =>
    start(at.folder, ["run", "content.create_article", "--input", BRIEF, "--key", key, ...more]);

  beforeAll(async () => {
    up = start(at.folder, ["up", "--json", "--port", "0", "--only", "content,gateway"]);
    await says(up, '"type":"ready"');
  });
  afterAll(async () => {
    up.child.kill("SIGTERM");
    await up.ended;
    at[Symbol.dispose]();
  });

  test("`up` says where it is, and a second one is refused with its pid", async () => {
    const [ready] = up.said().split("\n");
    expect(lines.ready.parse(JSON.parse(ready ?? "")).pids).toMatchObject({ content: [expect.any(Number)], nats: [expect.any(Number)] });
    using other = place();
    const [here, elsewhere] = await Promise.all([
      run("up"),
      armada(other.folder, ["up", "--json", "--data", join(at.folder, ".armada/data")]),
    ]);
    for (const ended of [here, elsewhere]) {
      expect(ended.code).toBe(4);
      expect(printed(ended, "error")[0]).toMatchObject({ code: "MESH_RUNNING", message: expect.stringContaining(`pid ${up.child.pid},`) });
    }
  });

  test("a run that waits for a person: watched, interrupted, shown, approved, told again", async () => {
    const watched = begin("waits", "--wait");
    await says(watched, "⧗ waits for approval");
    watched.child.kill("SIGINT");
    expect((await watched.ended).code).toBe(130);

    const [show, list] = await Promise.all([run("runs", "show", "waits"), run("runs", "list", "--status", "waiting")]);
    const [shown] = printed(show, "run");
    expect(shown).toMatchObject({ status: "waiting", waitingFor: [expect.objectContaining({ kind: "approval" })] });
    const { input, ...listed } = shown ?? {};
    expect(input).toEqual(JSON.parse(BRIEF));
    expect(printed(list, "run")).toEqual([listed]);

    expect(printed(await run("runs", "approve", "waits"), "done")).toMatchObject([{ run: "waits" }]);
    const watching = begin("waits", "--wait", "--json").ended;
    const [told, again, tree, events] = await Promise.all([
      run("runs", "approve", "waits"),
      watching,
      watching.then(() => run("trace", "waits")),
      run("events", "list", "--run", "waits"),
    ]);
    expect(printed(told, "already")).toMatchObject([{ message: expect.stringMatching(/^already approved by operator at \d{4}-/) }]);
    expect(printed(again, "step", "result").at(-1)).toMatchObject({ type: "result", run: "waits", status: "completed", degraded: [] });
    expect(again.code).toBe(0);

    const [trace] = printed(tree, "trace");
    expect(trace?.root).toMatchObject({ kind: "run", id: "waits", status: "completed" });
    expect(printed(events, "event").map(({ type }) => type)).toContain("armada.approval.given");
  });

  test("a cancelled run ends its watcher with 1", async () => {
    const watched = begin("cancelled", "--wait");
    await says(watched, "⧗ waits for approval");
    expect(printed(await run("runs", "cancel", "cancelled", "--reason", "no need"), "done")).toMatchObject([{ status: "cancelled" }]);
    expect((await watched.ended).code).toBe(1);
  });

  test("a run that has ended is watched to its result at once; one that nobody knows is 3", async () => {
    const [ended, unknown] = await Promise.all([run("runs", "watch", "waits"), run("runs", "watch", "nothing")]);
    expect(printed(ended, "step", "result").at(-1)).toMatchObject({ type: "result", run: "waits", status: "completed" });
    expect(printed(unknown, "error")).toMatchObject([{ code: "NO_SUCH_RUN" }]);
    expect([ended.code, unknown.code]).toEqual([0, 3]);
  });

  test("a refused input is 3, an unknown team 2, an unknown run 3", async () => {
    const refused = await run("run", "content.create_article", "--input", "{}", "--wait");
    expect(printed(refused, "result", "error")).toMatchObject([{ code: "INPUT_INVALID" }]);
    const [unread, team, unknown, stranger] = await Promise.all([
      run("run", "content.create_article", "--input", "@nofile"),
      run("run", "nobody.create_article"),
      run("runs", "show", "nothing"),
      run("events", "list", "--team", "nobody"),
    ]);
    expect([refused.code, unread.code, team.code, unknown.code, stranger.code]).toEqual([3, 3, 2, 3, 2]);
    for (const ended of [unread, team, unknown, stranger]) printed(ended, "error");
  });

  test("an accepted run says its place in the stream; the same key is the same run", async () => {
    const [first] = printed(await run("run", "content.create_article", "--input", BRIEF, "--key", "twice"), "accepted");
    const [second] = printed(await run("run", "content.create_article", "--input", BRIEF, "--key", "twice"), "accepted");
    expect(first).toEqual({ type: "accepted", run: "twice", seq: expect.any(Number) });
    expect(second).toEqual(first);
  });

  test("an event is accepted once, and keeps what its sender said beside", async () => {
    const event = [
      "emit",
      "com.example.article.requested",
      "--id",
      "e1",
      "--source",
      "/test",
      "--data",
      BRIEF.replace('"tides"', '"moons"'),
    ];
    const [accepted] = printed(await run(...event), "accepted");
    expect(printed(await run(...event), "accepted")).toEqual([{ ...accepted, already: true }]);
    const stored = printed(await run("events", "list", "--team", "gateway", "--subject", "evt.>"), "event");
    expect(stored).toMatchObject([{ type: "com.example.article.requested", source: "/test", id: "e1", stream: "TEAM_gateway" }]);
  });

  test("health and the doctor find nothing wrong", async () => {
    const [health, doctor] = await Promise.all([run("health"), run("doctor")]);
    expect(printed(health, "health").every(({ ok }) => ok)).toBe(true);
    expect(printed(doctor, "finding").find(({ name }) => name === "gateway.port")).toMatchObject({ value: 0, from: "--port" });
    expect([health.code, doctor.code]).toEqual([0, 0]);
  });

  test("a mesh file whose process is gone is said and ignored", async () => {
    const mesh: object = JSON.parse(readFileSync(join(at.folder, ".armada/mesh.json"), "utf8"));
    writeFileSync(join(at.folder, ".armada/stale.json"), JSON.stringify({ ...mesh, pid: 2 ** 30 }));
    const ended = await run("runs", "list", "--mesh", ".armada/stale.json");
    expect(ended.stderr).toContain(`ignoring .armada/stale.json: no process ${2 ** 30} is there`);
    expect(ended.code).toBe(4);
  });
});
