import { attributes, spans } from "@armada/event-sourcing";
import { expect, test } from "vitest";
import { currentTrace, parseTraceparent } from "./current.ts";
import { noTracer } from "./no-tracer.ts";
import { startOtlpReceiver } from "./otlp-receiver.ts";
import { startTelemetry } from "./tracing.ts";

test("without an endpoint there is no exporter, and a trace passes through", async () => {
  await using telemetry = await startTelemetry({ service: "content", env: {} });
  expect(telemetry.endpoint).toBeUndefined();
  expect(telemetry.tracer).toBe(noTracer);
  const parent = `00-${"a".repeat(32)}-${"b".repeat(16)}-01`;
  const seen = await telemetry.tracer.span("x", {}, parent, async (own) => [own, currentTrace()]);
  expect(seen).toEqual([parent, { trace_id: "a".repeat(32), span_id: "b".repeat(16) }]);
});

test("spans of two services arrive as one connected trace", async () => {
  await using receiver = await startOtlpReceiver();
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: `${receiver.url}/`, OTEL_EXPORTER_OTLP_HEADERS: "authorization=Bearer%20t,x=y" };
  const gateway = await startTelemetry({ service: "gateway", env });
  const content = await startTelemetry({ service: "content", env });
  const own = await gateway.tracer.span(spans.publish("evt"), { [attributes.team]: "gateway", [attributes.step]: 3 }, undefined, (parent) =>
    content.tracer.span(spans.agent("writer"), { [attributes.degraded]: true, half: 0.5 }, parent, async (deepest) => {
      expect(currentTrace()).toMatchObject({ span_id: deepest?.split("-")[2] });
      return deepest;
    }),
  );
  await gateway[Symbol.asyncDispose]();
  await content[Symbol.asyncDispose]();
  const [root, child] = receiver.spans;
  expect(root).toMatchObject({ service: "gateway", name: "publish evt", kind: 4, parentSpanId: "", status: 0 });
  expect(root?.attributes).toEqual({ "armada.team": "gateway", "armada.step": 3 });
  expect(child).toMatchObject({
    service: "content",
    name: "invoke_agent writer",
    kind: 1,
    parentSpanId: root?.spanId,
    traceId: root?.traceId,
  });
  expect(child?.attributes).toEqual({ "armada.degraded": true, half: 0.5 });
  expect(own).toBe(`00-${child?.traceId}-${child?.spanId}-01`);
  expect(receiver.headers[0]).toContain('"authorization":"Bearer t"');
});

test("an error is on the span and goes on as it was", async () => {
  await using receiver = await startOtlpReceiver();
  const telemetry = await startTelemetry({ service: "content", env: { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${receiver.url}/v1/traces` } });
  const error = Object.assign(new Error("too many"), { code: "MODEL_RATE_LIMITED" });
  await expect(telemetry.tracer.span(spans.model("claude"), {}, undefined, () => Promise.reject(error))).rejects.toBe(error);
  await telemetry[Symbol.asyncDispose]();
  expect(receiver.spans[0]).toMatchObject({
    kind: 3,
    status: 2,
    events: ["exception"],
    attributes: { "error.type": "MODEL_RATE_LIMITED" },
  });
});

test("an unsampled trace is unsampled below, and a sampled parent is followed whatever the ratio", async () => {
  await using receiver = await startOtlpReceiver();
  const telemetry = await startTelemetry({ service: "content", ratio: 0, env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url } });
  const flags = await telemetry.tracer.span("a", {}, undefined, (own) =>
    telemetry.tracer.span("b", {}, own, async (below) => below?.slice(-2)),
  );
  expect(flags).toBe("00");
  await telemetry.tracer.span("c", {}, `00-${"a".repeat(32)}-${"b".repeat(16)}-01`, async () => undefined);
  await telemetry[Symbol.asyncDispose]();
  expect(receiver.spans.map((span) => span.name)).toEqual(["c"]);
});

test("a receiver that fails is said once, and nothing else fails", async () => {
  await using receiver = await startOtlpReceiver({ status: 400 });
  const problems: string[] = [];
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url };
  const telemetry = await startTelemetry({ service: "content", env, onProblem: (message) => problems.push(message) });
  for (let i = 0; i < 600; i++) await telemetry.tracer.span("x", {}, undefined, async () => i);
  await telemetry[Symbol.asyncDispose]();
  expect(problems).toHaveLength(1);
  expect(problems[0]).toContain(receiver.url);
});

test("a malformed traceparent is no parent", () => {
  const good = `00-${"1".repeat(32)}-${"2".repeat(16)}-01`;
  expect(parseTraceparent(good)).toEqual({ traceId: "1".repeat(32), spanId: "2".repeat(16), traceFlags: 1 });
  for (const bad of [
    undefined,
    "",
    good.toUpperCase().replace("1", "G"),
    good.replaceAll("1", "0"),
    good.replaceAll("2", "0"),
    `ff${good.slice(2)}`,
  ])
    expect(parseTraceparent(bad)).toBeUndefined();
});
