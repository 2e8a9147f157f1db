import { count, holds, type Proof } from "../harness/proof.ts";
import { gateway, STRUCTURED } from "./gateway.ts";

const ZERO = "00-00000000000000000000000000000000-0000000000000000-00";
const wrapped = (id: string, trace: Readonly<Record<string, unknown>>): string =>
  JSON.stringify({
    data: { id: "d1" },
    datacontenttype: "application/json",
    id,
    pubsubname: "orders",
    source: "checkout",
    specversion: "1.0",
    time: "2026-09-23T06:23:21Z",
    topic: "orders",
    type: "com.example.desk.opened",
    ...trace,
  });

/** A trace context of which nothing can be made refuses no fact: it is left out. */
export const run: Proof = async function* () {
  await using door = await gateway();
  const contexts = [{ traceid: ZERO, traceparent: ZERO, tracestate: "" }, { tracestate: "" }, { traceparent: "" }, { traceparent: 7 }];
  for (const [i, trace] of contexts.entries()) {
    const { status, text } = await door.ask("POST", STRUCTURED, wrapped(`e${i}`, trace));
    yield count(`status with ${JSON.stringify(trace)}`, status, 202, text);
  }
  const stored = door.messages().flatMap(({ envelopes }) => envelopes as readonly Readonly<Record<string, unknown>>[]);
  yield count("facts kept", stored.length, contexts.length);
  const first = stored[0] ?? {};
  yield holds(
    "all else is as it came, the context is gone",
    first.topic === "orders" && first.time === "2026-09-23T06:23:21Z" && !("origintraceparent" in first) && !("origintracestate" in first),
    JSON.stringify(first),
  );
};
