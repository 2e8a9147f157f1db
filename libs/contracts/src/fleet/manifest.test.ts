import { expect, test } from "vitest";
import { parseMessage } from "../envelope.ts";
import { entryIn, entryMessage, type FleetEntry } from "./manifest.ts";

const entry: FleetEntry = {
  kind: "team",
  name: "beta",
  keys: ["UNOW", "UBEFORE"],
  revision: 3,
  manifest: {
    team: "beta",
    events: [{ type: "beta.order.paid", version: 2, schema: { type: "object" } }],
    external: [{ type: "com.example.order.placed", version: 1, schema: {}, id: [{ path: ["order"] }] }],
    capabilities: [{ name: "beta.help", input: {}, output: {} }],
    asks: ["alpha.look"],
    queues: [{ name: "lead", filters: ["run.beta.lead.>"], concurrency: 8 }],
    sources: [{ team: "alpha", filters: ["evt.alpha.shown.done.>"] }],
    subscriptions: [{ type: "alpha.shown.done", workflow: "send", name: "on_digest" }],
    shares: false,
    agents: [{ name: "packer", does: "packs", tier: "worker", limits: { timeout: "30s" } }],
    workflows: [{ name: "send", version: 2, source: "digest" }],
    code: "digest",
  },
};
const at = "2026-01-01T00:00:00.000Z";

function read(subject: string, body: string): ReturnType<typeof entryIn> {
  const [envelope] = parseMessage(subject, body).envelopes ?? [];
  if (envelope === undefined) throw new Error("no envelope");
  return entryIn(envelope);
}

test("an entry comes back as it was written, under its name", () => {
  const { subject, body } = entryMessage(entry, at);
  expect(subject).toBe("fleet.beta");
  expect(read(subject, body)).toEqual(entry);
});

test("an entry that a team states, or that stands under another name, is none", () => {
  const { body } = entryMessage(entry, at);
  expect(parseMessage("fleet.alpha", body).why).toMatch(/does not agree/);
  expect(parseMessage("fleet.beta", body.replace('"team":"provisioner"', '"team":"beta"')).why).toMatch(/does not agree/);
  expect(read("fleet.beta", body.replace('"name":"beta","keys"', '"name":"alpha","keys"'))).toBe("it speaks of alpha");
});

test("an older version is brought to the present one; a newer one is told", () => {
  const { body } = entryMessage(entry, at);
  const [envelope] = parseMessage("fleet.beta", body).envelopes ?? [];
  if (envelope === undefined) throw new Error("no envelope");
  const { keys: _keys, ...without } = entry;
  const old = { ...envelope, data: { ...without, key: "UNOW" } };
  const upcasts = { 1: (data: unknown) => ({ ...(data as object), keys: [(data as { key: string }).key] }) };
  expect(entryIn(old, { version: 2, upcasts })).toEqual({ ...entry, keys: ["UNOW"] });
  expect(entryIn(old, { version: 2, upcasts: {} })).toMatch(/no way from its version 1 to 2/);
  expect(entryIn({ ...envelope, schemaversion: 2 })).toMatch(/version 2, and this build reads up to 1/);
  expect(entryIn({ ...envelope, data: { kind: "team", name: "beta" } })).toMatch(/no entry of the fleet/);
});

test("what no message can hold is refused before it is sent", () => {
  const wide = { ...entry, manifest: { ...entry.manifest, code: "x".repeat(1_000_000) } };
  expect(() => entryMessage(wide, at)).toThrow(expect.objectContaining({ code: "MANIFEST_TOO_LARGE" }));
});
