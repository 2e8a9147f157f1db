import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { expect, test } from "vitest";
import { z } from "zod";
import { buildEnvelope, chainOf } from "../build-envelope.ts";
import { pairs } from "../compatibility/testing/drawn-schemas.ts";
import { witnesses } from "../compatibility/testing/drawn-values.ts";
import { ArmadaError } from "../errors.ts";
import type { TeamManifest } from "../fleet/manifest.ts";
import { type AsyncApi, asyncApiOf } from "./document.ts";
import { draft07 } from "./draft-07.ts";

const Parcel = z.object({
  order: z.string().min(1),
  size: z.tuple([z.int(), z.number()], z.string()),
  at: z.iso.datetime(),
  labels: z.record(z.string(), z.string().nullable()),
  how: z.discriminatedUnion("kind", [z.object({ kind: z.literal("post") }), z.object({ kind: z.literal("van"), van: z.string() })]),
  get within() {
    return Parcel.optional();
  },
});
const schemaOf = (schema: z.ZodType): Record<string, unknown> => z.toJSONSchema(schema, { io: "input" });

const manifest = (team: string, more: Partial<TeamManifest>): TeamManifest => ({
  ...{ events: [], external: [], capabilities: [], sources: [], subscriptions: [], agents: [], queues: [], workflows: [], asks: [] },
  ...{ team, shares: false, code: "1", ...more },
});
const external = (type: string) => ({ type, version: 1, schema: schemaOf(Parcel), id: [{ path: ["order"] }] });
const teams = [
  manifest("orders", {
    events: [{ type: "orders.order.sent", version: 2, schema: schemaOf(Parcel) }],
    external: [external("com.example.order.placed")],
  }),
  manifest("risk", {
    events: [{ type: "risk.order.checked", version: 1, schema: schemaOf(z.object({ order: z.string() })) }],
    external: [external("com.example.order.placed"), external("com.example/order.Held")],
  }),
];
const about = { title: "parcels", version: "1.2.3", nats: "127.0.0.1:4222", gateway: "127.0.0.1:4780" };

/** The schema that AsyncAPI publishes; it brings the meta-schema of draft 7 with it, so Ajv's own stays out. */
const official = new Ajv({ strict: false, meta: false, validateSchema: false, validateFormats: false }).compile(
  JSON.parse(readFileSync(new URL(import.meta.resolve("@asyncapi/specs/schemas/3.0.0.json")), "utf8")) as object,
);
const faultsOf = (document: unknown): unknown => (official(document) ? [] : official.errors);

test("the document is what AsyncAPI's own schema takes, and what it refers to is there", () => {
  for (const some of [teams, []]) {
    for (const nats of [about.nats, undefined]) {
      const document = asyncApiOf(some, { ...about, nats });
      expect(faultsOf(document)).toEqual([]);
      for (const ref of refsIn(document)) expect([ref, at(document, ref)]).toEqual([ref, expect.anything()]);
    }
  }
  const document = asyncApiOf(teams, about);
  expect(faultsOf({ ...document, operations: { x: { action: "publish", channel: { $ref: "#/channels/gateway.events" } } } })).not.toEqual(
    [],
  );
  expect(faultsOf({ ...document, components: { schemas: { x: { type: "text" } } } })).not.toEqual([]);
});

test("each type has its channels, operations and messages, by ids that are those of the types", () => {
  const document = asyncApiOf(teams, about);
  const addresses = Object.entries(document.channels as Record<string, { address: string; messages: object }>);
  expect(addresses.map(([id, { address, messages }]) => [id, address, Object.keys(messages)])).toEqual([
    ["gateway.events", "/v1/events", ["com.example.order.placed", "gateway.com_example_order.held"]],
    ["orders.order.sent", "evt.orders.order.sent.{id}.{key}", ["orders.order.sent"]],
    ["risk.order.checked", "evt.risk.order.checked.{id}.{key}", ["risk.order.checked"]],
    ["com.example.order.placed.stored", "evt.gateway.com_example_order.placed.{id}.{key}", ["com.example.order.placed.stored"]],
    ["gateway.com_example_order.held.stored", "evt.gateway.com_example_order.held.{id}.{key}", ["gateway.com_example_order.held.stored"]],
  ]);
  expect(Object.keys(document.operations as object)).toEqual([
    "receive.com.example.order.placed",
    "receive.gateway.com_example_order.held",
    "send.orders.order.sent",
    "send.risk.order.checked",
    "send.com.example.order.placed.stored",
    "send.gateway.com_example_order.held.stored",
  ]);
  expect(JSON.stringify(asyncApiOf(teams.toReversed(), about))).toBe(JSON.stringify(document));
  const outside = asyncApiOf(teams, { ...about, nats: undefined });
  expect([Object.keys(outside.channels as object), Object.keys(outside.servers as object)]).toEqual([["gateway.events"], ["gateway"]]);
  const other = manifest("other", { external: [{ ...external("com.example.order.placed"), schema: {} }] });
  expect(() => asyncApiOf([...teams, other], about)).toThrow(ArmadaError);
});

test("a message's payload takes the event that is sent, and no other", () => {
  const document = asyncApiOf(teams, about);
  const ajv = new Ajv({ strict: false, validateFormats: false }).addSchema(document, "mesh");
  const payload = (id: string) => ajv.compile({ $ref: `mesh#/components/messages/${id}/payload` });
  const data = { order: "o1", size: [1, 2.5, "cm"], at: "2026-11-30T18:00:00Z", labels: { a: null }, how: { kind: "van", van: "v" } };
  const whole = { ...data, within: data };
  const fact = {
    id: "e1",
    type: "orders.order.sent",
    subject: "o1",
    time: "2026-11-30T18:00:00Z",
    team: "orders",
    schemaversion: 2,
    data: whole,
  };
  const sent = payload("orders.order.sent");
  expect(sent(buildEnvelope(fact, chainOf("e1")))).toBe(true);
  for (const wrong of [
    { ...fact, schemaversion: 1 },
    { ...fact, type: "orders.order.lost" },
    { ...fact, data: { ...whole, within: { ...data, size: [1] } } },
  ])
    expect(sent(buildEnvelope(wrong, chainOf("e1")))).toBe(false);
  const placed = payload("com.example.order.placed");
  const event = { specversion: "1.0", id: "1", source: "/desk", type: "com.example.order.placed", data: whole, partitionkey: "a" };
  expect(placed(event)).toBe(true);
  expect(placed({ ...event, specversion: "0.3" })).toBe(false);
  expect(placed({ ...event, data: { ...whole, how: { kind: "cart" } } })).toBe(false);
});

test("a schema in the words of draft 7 takes the same values", () => {
  const [before, after] = [
    new Ajv2020({ strict: false, logger: false, validateFormats: false }),
    new Ajv({ strict: false, logger: false, validateFormats: false }),
  ];
  const seen = { taken: 0, refused: 0 };
  fc.assert(
    fc.property(pairs, fc.infiniteStream(fc.nat(1_000_000)), ([one, other], chance) => {
      const place = "#/components/schemas/a.b";
      const moved = { components: { schemas: { "a.b": draft07(one, place) } }, $ref: place };
      const [takes, took] = [after.compile(moved), before.compile(one)];
      for (const value of witnesses(one, other, () => chance.next().value ?? 0)) {
        expect([value, takes(value)]).toEqual([value, took(value)]);
        seen[took(value) ? "taken" : "refused"] += 1;
      }
    }),
    { numRuns: 100, seed: 7 },
  );
  expect(Math.min(seen.taken, seen.refused)).toBeGreaterThan(500);
});

function refsIn(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, one]: [string, unknown]) => (key === "$ref" ? [String(one)] : refsIn(one)));
}

function at(document: AsyncApi, ref: string): unknown {
  return ref
    .split("/")
    .slice(1)
    .reduce<unknown>((found, key) => (found as Readonly<Record<string, unknown>> | undefined)?.[key], document);
}
