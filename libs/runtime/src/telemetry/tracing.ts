import type { Tracer } from "@armada/event-sourcing";
import { endpointOf, FLUSH_MS, flushed, headersOf, resourceOf } from "./endpoint.ts";
import { noTracer } from "./no-tracer.ts";

export type TelemetryOptions = {
  readonly service: string;
  /** Which process of the service. */
  readonly instance?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Share of new traces that are kept, 0 to 1; 1 unless said here or in `OTEL_TRACES_SAMPLER_ARG`. A trace begun elsewhere is kept as its root was. */
  readonly ratio?: number | undefined;
  /** Called at the first export that fails, and again at the first one after a success. */
  readonly onProblem?: (message: string) => void;
};

/** Disposing sends what is left, for 5 seconds at most. */
export type Telemetry = AsyncDisposable & { readonly tracer: Tracer; readonly endpoint: string | undefined };

/**
 * Traces by OTLP over HTTP (protobuf) to `OTEL_EXPORTER_OTLP_ENDPOINT`, with the headers of `OTEL_EXPORTER_OTLP_HEADERS`.
 * Without an endpoint nothing of OpenTelemetry is loaded. The SDK's tracing part alone is used: the all-in-one `sdk-node` brings
 * gRPC, Prometheus and Zipkin with it, 55 MB of resident memory more.
 */
export async function startTelemetry(options: TelemetryOptions): Promise<Telemetry> {
  const endpoint = endpointOf("traces", options.env);
  if (endpoint === undefined) return { tracer: noTracer, endpoint, [Symbol.asyncDispose]: () => Promise.resolve() };
  const [{ otelTracer }, sdk, { resourceFromAttributes }, { OTLPTraceExporter }] = await Promise.all([
    import("./tracer.ts"),
    import("@opentelemetry/sdk-trace"),
    import("@opentelemetry/resources"),
    import("@opentelemetry/exporter-trace-otlp-proto"),
  ]);
  const otlp = new OTLPTraceExporter({ url: endpoint, headers: headersOf("traces", options.env), timeoutMillis: FLUSH_MS });
  let failing = false;
  const exporter: typeof otlp.export = (spans, done) =>
    otlp.export(spans, (result) => {
      // Code 0 is success; the enum lives in a package that only the SDK needs.
      const failed = result.code !== 0;
      if (failed && !failing) options.onProblem?.(`traces cannot be sent to ${endpoint}: ${result.error?.message ?? "no reason given"}`);
      failing = failed;
      done(result);
    });
  const provider = new sdk.TracerProvider({
    resource: resourceFromAttributes(resourceOf(options)),
    sampler: new sdk.ParentBasedSampler({ root: new sdk.TraceIdRatioBasedSampler(ratioOf(options)) }),
    spanProcessors: [
      new sdk.BatchSpanProcessor({
        exporter: { export: exporter, shutdown: () => otlp.shutdown(), forceFlush: () => otlp.forceFlush() },
        scheduledDelayMillis: 1_000,
        maxQueueSize: 8_192,
      }),
    ],
  });
  return {
    tracer: otelTracer(provider),
    endpoint,
    [Symbol.asyncDispose]: () => flushed(() => provider.shutdown()),
  };
}

function ratioOf({ ratio, env }: TelemetryOptions): number {
  const asked = ratio ?? Number(env.OTEL_TRACES_SAMPLER_ARG?.trim() || 1);
  return Number.isFinite(asked) ? Math.min(1, Math.max(0, asked)) : 1;
}
