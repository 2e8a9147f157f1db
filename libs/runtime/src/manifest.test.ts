import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { agent, every, on, team, workflow } from "@armada/agents";
import { capability, event, external } from "@armada/contracts";
import { type ContractSnapshot, contractChanges } from "@armada/contracts/compatibility";
import { topologyIn } from "@armada/nats";
import { afterAll, expect, test } from "vitest";
import { z } from "zod";
import { manifestOf, schemaOf } from "./manifest.ts";

const folder = mkdtempSync(join(tmpdir(), "armada-manifest-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const Thing = z.object({ id: z.string() });
const Done = event("beta.thing.done", { version: 1, id: (d) => d.id, data: Thing });
const Made = event("alpha.thing.made", { version: 3, id: (d) => d.id, data: Thing, upcasts: { 1: (d) => d, 2: (d) => d } });
const Placed = external("com.example.order.placed", { id: (d) => d.id, data: Thing });
const help = capability("alpha.help", { input: Thing, output: z.object({ said: z.string() }) });
const look = capability("beta.look", { input: Thing, output: Thing });
const packer = agent({
  name: "packer",
  does: "packs",
  tier: "worker",
  input: Thing,
  output: Thing,
  limits: { timeout: "90s" },
  run: ({ input }) => input,
});
const send = workflow({ name: "send", version: 2, input: Thing, output: z.object({ said: z.string() }), run: async () => ({ said: "" }) });
const parts = { agents: [packer], workflows: [send], provides: [help.by(send)], asks: [look], emits: [Made] };
const alpha = team({
  ...parts,
  name: "alpha",
  subscriptions: [on(Done).start(send, ({ data }) => data), on(Placed).start(send, ({ data }) => data)],
  schedules: [every("0 9 * * 1-5", { zone: "Europe/Berlin", missed: "all" }).start(send, { id: "morning" })],
});

test("a manifest says what others need to know of a team, and what it wants of the server", async () => {
  const manifest = await manifestOf(alpha, folder);
  const thing = { type: "object", properties: { id: { type: "string" } }, required: ["id"] };
  expect(manifest).toMatchObject({
    team: "alpha",
    events: [{ type: "alpha.thing.made", version: 3, schema: thing }],
    external: [{ type: "com.example.order.placed", version: 1, schema: thing, id: [{ path: ["id"] }] }],
    capabilities: [{ name: "alpha.help", input: thing, output: { required: ["said"] } }],
    asks: ["beta.look"],
    sources: expect.arrayContaining([{ team: "beta", filters: ["evt.beta.thing.done.>"] }]),
    schedules: [{ name: "send", cron: "0 9 * * 1-5", zone: "Europe/Berlin", missed: "all", workflow: "send" }],
    agents: [{ name: "packer", does: "packs", tier: "worker", limits: { timeout: "90s" } }],
    workflows: [{ name: "send", version: 2, source: expect.any(String) }],
    shares: false,
  });
  expect(manifest.queues).toContainEqual({ name: "do_packer_a", filters: ["run.alpha.do.packer-a.>"], concurrency: 8 });
  expect(topologyIn(manifest).sources.get("gateway")).toEqual(["evt.gateway.com_example_order.placed.>"]);
  expect(JSON.parse(JSON.stringify(manifest))).toEqual(manifest);
});

test("what only the contract declares is in it too, and the code has a digest of its own", async () => {
  const before = await manifestOf(alpha, folder);
  writeFileSync(
    join(folder, "contract.js"),
    `const data = { _zod: {} };
export const help = { kind: "capability", name: "beta.other", team: "beta", input: data, output: data };
export const nothing = { kind: "else" };
export const text = "text";
`,
  );
  const after = await manifestOf(alpha, folder);
  expect(after.capabilities.map(({ name }) => name)).toEqual(["alpha.help"]);
  expect(after.code).not.toBe(before.code);
  writeFileSync(join(folder, "contract.test.ts"), "");
  expect((await manifestOf(alpha, folder)).code).toBe(after.code);
});

test("a contract that cannot be loaded, and an id that is no path, are told with their names", async () => {
  const other = mkdtempSync(join(tmpdir(), "armada-manifest-"));
  writeFileSync(join(other, "contract.ts"), 'import "./not-there.ts";');
  await expect(manifestOf(alpha, other)).rejects.toMatchObject({ code: "BAD_CONTRACT", message: expect.stringContaining("alpha") });
  rmSync(other, { recursive: true });
  const Odd = external("com.example.odd.made", { id: (d) => d.id.toLowerCase(), data: Thing });
  const odd = team({ ...parts, name: "alpha", awaits: [Odd] });
  await expect(manifestOf(odd, folder)).rejects.toMatchObject({
    code: "EXTERNAL_ID",
    message: expect.stringContaining("com.example.odd.made"),
  });
});

test("a schema read back takes and refuses what the team's own does", () => {
  const own = z.object({
    text: z.string().min(1).max(5),
    count: z.number().int().optional(),
    one: z.enum(["a", "b"]),
    list: z.array(z.union([z.string(), z.strictObject({ x: z.number() })])).max(3),
    rec: z.record(z.string(), z.number()),
    at: z.iso.datetime(),
    none: z.string().nullable(),
    any: z.unknown(),
    when: z.date(),
    said: z.string().default("q"),
    choice: z.discriminatedUnion("k", [z.object({ k: z.literal("a"), v: z.string() }), z.object({ k: z.literal("b") })]),
  });
  const read = z.fromJSONSchema(JSON.parse(JSON.stringify(schemaOf(own.omit({ when: true })))));
  const good = { text: "abc", one: "a", list: ["x", { x: 1 }], rec: { a: 1 }, at: "2026-01-01T00:00:00Z", none: null, choice: { k: "b" } };
  expect(read.safeParse(good).success).toBe(true);
  for (const wrong of [
    { text: "" },
    { text: "abcdef" },
    { count: 1.5 },
    { one: "c" },
    { list: [{ x: 1, y: 2 }] },
    { list: ["1", "2", "3", "4"] },
    { rec: { a: "1" } },
    { at: "yesterday" },
    { none: undefined },
    { choice: { k: "a" } },
    { choice: { k: "c" } },
    { said: 3 },
  ])
    expect(read.safeParse({ ...good, ...wrong }).success, JSON.stringify(wrong)).toBe(false);
});

test("what JSON Schema has no words for is said, and never told to be the same as something else", () => {
  const known = z.object({ at: z.string() });
  expect(schemaOf(z.object({ at: z.date().optional(), when: z.date() }))).toMatchObject({
    properties: { at: { $comment: "no words: date" }, when: { $comment: "no words: date" } },
  });
  for (const [before, after] of [
    [known, z.object({ at: z.date() })],
    [known, z.object({ at: z.bigint() })],
    [known, z.object({ at: z.set(z.string()) })],
    [known, z.object({ at: z.undefined() })],
    [z.object({ at: z.unknown() }), z.object({ at: z.instanceof(Uint8Array) })],
    [z.string().regex(/^[a-z]+$/i), z.string().regex(/^[a-z]+$/)],
    [z.string().regex(/^a/).regex(/^b$/m), z.string().regex(/^a/).regex(/^b$/)],
  ] as const)
    expect(narrowedBy(before, after)).not.toEqual([]);
  for (const same of [z.object({ at: z.date() }), z.string().regex(/^[a-z]+$/i)])
    expect(narrowedBy(same, z.union([same, z.null()]))).toEqual([]);
  const letters = z.fromJSONSchema(JSON.parse(JSON.stringify(schemaOf(z.string().regex(/^[a-z]+$/i)))));
  expect([letters.safeParse("Ab").success, letters.safeParse("1").success]).toEqual([true, false]);
});

/** What of an answer of `before` an answer of `after` does not take, as a check of contracts tells it. */
function narrowedBy(before: z.ZodType, after: z.ZodType): readonly string[] {
  const snapshot = (input: z.ZodType): ContractSnapshot => ({
    version: 1,
    events: {},
    external: {},
    capabilities: { "alpha.help": { input: schemaOf(input), output: {} } },
  });
  return contractChanges(snapshot(before), snapshot(after)).flatMap(({ breaks, what }) => (breaks.length === 0 ? [] : [what]));
}
