import type { Counters } from "@armada/event-sourcing";
import type { Counter } from "@opentelemetry/api";
import { endpointOf, FLUSH_MS, flushed, headersOf, resourceOf } from "./endpoint.ts";

export type CountersOptions = {
  readonly service: string;
  readonly instance?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** How often the counts are sent, ms; 10 s unless said. */
  readonly every?: number;
  /** Called at the first export that fails, and again at the first one after a success. */
  readonly onProblem?: (message: string) => void;
};

/** Disposing sends what is left, for 5 seconds at most. */
export type Counting = AsyncDisposable & { readonly counters: Counters | undefined };

const EVERY_MS = 10_000;

/**
 * Counts by OTLP over HTTP (protobuf), sums since the process began, to `OTEL_EXPORTER_OTLP_METRICS_ENDPOINT` or
 * `OTEL_EXPORTER_OTLP_ENDPOINT`. Without an endpoint, and with `OTEL_METRICS_EXPORTER=none`, nobody counts and nothing of
 * OpenTelemetry is loaded.
 */
export async function startCounters(options: CountersOptions): Promise<Counting> {
  const { env, every = EVERY_MS } = options;
  const url = env.OTEL_METRICS_EXPORTER?.trim() === "none" ? undefined : endpointOf("metrics", env);
  if (url === undefined) return { counters: undefined, [Symbol.asyncDispose]: () => Promise.resolve() };
  const [{ MeterProvider, PeriodicExportingMetricReader }, { resourceFromAttributes }, base, http, metrics, { ValueType }] =
    await Promise.all([
      import("@opentelemetry/sdk-metrics"),
      import("@opentelemetry/resources"),
      import("@opentelemetry/otlp-exporter-base"),
      import("@opentelemetry/otlp-exporter-base/node-http"),
      import("@opentelemetry/otlp-transformer"),
      import("@opentelemetry/api"),
    ]);
  const headers = { ...headersOf("metrics", env), "content-type": "application/x-protobuf" };
  const given = http.convertLegacyHttpOptions({ url, headers, timeoutMillis: FLUSH_MS }, "METRICS", "v1/metrics", headers);
  const { MetricsExporterMetricsHelper: helper, ProtobufMetricsSerializer: serializer } = metrics;
  const otlp = new base.OTLPExporterBase(
    http.createOtlpHttpExportDelegate(given, serializer, "otlp_http_metric_exporter", helper, undefined),
  );
  let failing = false;
  const provider = new MeterProvider({
    resource: resourceFromAttributes(resourceOf(options)),
    readers: [
      new PeriodicExportingMetricReader({
        exportIntervalMillis: every,
        exportTimeoutMillis: Math.min(every, FLUSH_MS),
        exporter: {
          export: (metrics, done) =>
            otlp.export(metrics, (result) => {
              const failed = result.code !== 0;
              if (failed && !failing) options.onProblem?.(`counts cannot be sent to ${url}: ${result.error?.message ?? "no reason given"}`);
              failing = failed;
              done(result);
            }),
          forceFlush: () => otlp.forceFlush(),
          shutdown: () => otlp.shutdown(),
        },
      }),
    ],
  });
  const meter = provider.getMeter("armada");
  const known = new Map<string, Counter>();
  return {
    counters: {
      add: (name, attributes) => {
        const counter = known.get(name) ?? meter.createCounter(name, { valueType: ValueType.INT });
        known.set(name, counter);
        counter.add(1, attributes);
      },
    },
    [Symbol.asyncDispose]: () => flushed(() => provider.shutdown()),
  };
}
