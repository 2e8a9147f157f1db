import { expect, test } from "vitest";
import { askMessage, buildEnvelope, causedBy, chainOf, decodeBody, Envelope, encodeBody, parseMessage } from "./index.ts";

const time = "2026-01-01T00:00:00.000Z";

test("what is built is what every reader takes, and what was not said is not written", () => {
  const built = buildEnvelope({ id: "f-1", type: "shop.order.paid", subject: "o1", time, data: { sum: 3 }, team: "shop" }, chainOf("c1"));
  const { specversion, source, correlationid, causationid, schemaversion, hops } = built;
  expect({ specversion, source, correlationid, causationid, schemaversion, hops }).toEqual({
    specversion: "1.0",
    source: "/teams/shop",
    correlationid: "c1",
    causationid: "c1",
    schemaversion: 1,
    hops: 0,
  });
  expect(Envelope.safeParse(built).success).toBe(true);
  const [read] = decodeBody(encodeBody([built])) ?? [];
  expect(read).toEqual(built);
  expect(Object.keys(read ?? {})).not.toEqual(expect.arrayContaining(["arrived"]));
  expect(encodeBody([built])).not.toMatch(/arrived|data_base64|traceparent|prev|sig/);
});

test("what an event caused is of its chain, under the mesh's name of what came from outside", () => {
  const cause = buildEnvelope({ id: "7", type: "shop.order.paid", time, team: "shop" }, { ...chainOf("c1", "00-t"), hops: 4 });
  expect(causedBy(cause)).toEqual({ correlation: "c1", causation: "7", hops: 4, traceparent: "00-t" });
  expect(causedBy(cause, undefined).traceparent).toBe("00-t");
  expect(causedBy(cause, "00-u").traceparent).toBe("00-u");
  const outside = { ...cause, source: "/cms", arrived: time };
  expect(causedBy(outside).causation).not.toBe("7");
  expect(causedBy(outside).causation).not.toBe(causedBy({ ...outside, source: "/shop" }).causation);
});

test("an ask is one message, whoever asks", () => {
  const about = { to: "shop", from: "operator", source: "/operator", capability: "run_start", id: "r1", data: { input: 1 }, time };
  const { subject, id, body } = askMessage(about, chainOf("r1"));
  expect(subject).toBe("ask.shop.operator.run_start.r1");
  const { envelopes, why } = parseMessage(subject, body);
  expect(why).toBeUndefined();
  expect(envelopes).toMatchObject([{ id, source: "/operator", type: "armada.asked", subject: "r1", team: "operator", causationid: "r1" }]);
});
