import { expect, test } from "vitest";
import { type Envelope, extensionsOf, keptAs } from "./index.ts";

const event: Envelope = {
  specversion: "1.0",
  id: "1",
  source: "/x",
  type: "com.example.placed",
  subject: "s",
  time: "2026-01-01T00:00:00Z",
  arrived: "2026-01-01T00:00:01Z",
  data: 1,
  team: "gateway",
  correlationid: "k",
  causationid: "k",
  schemaversion: 1,
  hops: 0,
  traceparent: "00-1",
};

test("the attributes that a sender added come back under the names that it gave, and none of the mesh's", () => {
  const sent = { partitionkey: "p7", sampled: true, sequence: 3, team: "blue", traceparent: "00-2", originteam: "red", origin: "here" };
  const kept = Object.fromEntries(Object.entries(sent).map(([name, value]) => [keptAs(name), value]));
  expect(kept).toMatchObject({ partitionkey: "p7", originteam: "blue", originoriginteam: "red", origin: "here" });
  const outside = { ...event, ...kept, datacontenttype: "text/plain", dataschema: "https://example.com/s", odd: { not: "an attribute" } };
  expect(extensionsOf(outside)).toEqual(sent);
  const { arrived: _, ...own } = outside;
  expect(extensionsOf(own)).toEqual({});
});
