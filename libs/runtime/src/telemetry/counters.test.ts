import { attributes, metrics } from "@armada/event-sourcing";
import { expect, test } from "vitest";
import { startCounters } from "./counters.ts";
import { startOtlpReceiver } from "./otlp-receiver.ts";

test("without an endpoint, and where metrics are wanted nowhere, nobody counts", async () => {
  for (const env of [
    {},
    { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://127.0.0.1:1/v1/traces" },
    { OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:1", OTEL_METRICS_EXPORTER: "none" },
    { OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:1", OTEL_SDK_DISABLED: "true" },
  ]) {
    await using counting = await startCounters({ service: "content", env });
    expect(counting.counters).toBeUndefined();
  }
});

test("what was counted arrives, by its attributes and as a sum, while the service runs and as it ends", async () => {
  await using receiver = await startOtlpReceiver();
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: `${receiver.url}/`, OTEL_EXPORTER_OTLP_HEADERS: "authorization=Bearer%20t" };
  const counting = await startCounters({ service: "content", instance: "1", env, every: 20 });
  const about = { [attributes.agentName]: "illustrator", [attributes.errorType]: "BREAKER_OPEN" };
  counting.counters?.add(metrics.degraded, about);
  const one = { service: "content", instance: "1", name: "armada.steps.degraded", attributes: about, value: 1 };
  await expect.poll(() => receiver.counts()).toEqual([one]);
  counting.counters?.add(metrics.degraded, about);
  counting.counters?.add(metrics.degraded, { ...about, [attributes.errorType]: "AGENT_FAILED" });
  await counting[Symbol.asyncDispose]();
  expect(receiver.counts()).toEqual([
    { ...one, value: 2 },
    { ...one, attributes: { ...about, [attributes.errorType]: "AGENT_FAILED" } },
  ]);
  expect(receiver.headers[0]).toContain('"authorization":"Bearer t"');
});

test("a receiver that fails is said once, and nothing else fails", async () => {
  await using receiver = await startOtlpReceiver({ status: 400 });
  const problems: string[] = [];
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url };
  const counting = await startCounters({ service: "content", env, every: 20, onProblem: (message) => problems.push(message) });
  counting.counters?.add(metrics.degraded, {});
  await expect.poll(() => receiver.headers.length).toBeGreaterThan(2);
  await counting[Symbol.asyncDispose]();
  expect(problems).toHaveLength(1);
  expect(problems[0]).toContain(`${receiver.url}/v1/metrics`);
});
