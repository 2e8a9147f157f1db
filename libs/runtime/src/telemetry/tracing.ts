import type { Tracer } from "@armada/event-sourcing";
import { attributes } from "@armada/event-sourcing";
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

const FLUSH_MS = 5_000;

/**
 * Traces by OTLP over HTTP (protobuf) to `OTEL_EXPORTER_OTLP_ENDPOINT`, with the headers of `OTEL_EXPORTER_OTLP_HEADERS`.
 * Without an endpoint nothing of OpenTelemetry is loaded. The SDK's tracing part alone is used: the all-in-one `sdk-node` brings
 * gRPC, Prometheus and Zipkin with it, 55 MB of resident memory more.
 */
export async function startTelemetry(options: TelemetryOptions): Promise<Telemetry> {
  const endpoint = endpointOf(options.env);
  if (endpoint === undefined) return { tracer: noTracer, endpoint, [Symbol.asyncDispose]: () => Promise.resolve() };
  const [{ otelTracer }, sdk, { resourceFromAttributes }, { OTLPTraceExporter }] = await Promise.all([
    import("./tracer.ts"),
    import("@opentelemetry/sdk-trace"),
    import("@opentelemetry/resources"),
    import("@opentelemetry/exporter-trace-otlp-proto"),
  ]);
  const otlp = new OTLPTraceExporter({ url: endpoint, headers: headersOf(options.env), timeoutMillis: FLUSH_MS });
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
    resource: resourceFromAttributes({
      [attributes.serviceNamespace]: "armada",
      [attributes.serviceName]: options.service,
      [attributes.serviceInstance]: options.instance ?? String(process.pid),
    }),
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
    async [Symbol.asyncDispose]() {
      const late = Promise.withResolvers<void>();
      const timer = setTimeout(late.resolve, FLUSH_MS);
      await Promise.race([provider.shutdown().catch(() => undefined), late.promise]);
      clearTimeout(timer);
    },
  };
}

/** Source: opentelemetry.io/docs/specs/otel/protocol/exporter, "Endpoint URLs for OTLP/HTTP". */
function endpointOf(env: TelemetryOptions["env"]): string | undefined {
  if (env.OTEL_SDK_DISABLED?.toLowerCase() === "true") return undefined;
  const traces = env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT?.trim();
  if (traces) return traces;
  const base = env.OTEL_EXPORTER_OTLP_ENDPOINT?.trim();
  return base ? `${base.replace(/\/+$/, "")}/v1/traces` : undefined;
}

/** `a=b,c=d` with percent-encoded values. */
function headersOf(env: TelemetryOptions["env"]): Record<string, string> {
  const text = env.OTEL_EXPORTER_OTLP_TRACES_HEADERS ?? env.OTEL_EXPORTER_OTLP_HEADERS ?? "";
  const pairs = text.split(",").flatMap((pair) => {
    const at = pair.indexOf("=");
    return at <= 0 ? [] : [[pair.slice(0, at).trim(), decodeURIComponent(pair.slice(at + 1).trim())] as const];
  });
  return Object.fromEntries(pairs);
}

function ratioOf({ ratio, env }: TelemetryOptions): number {
  const asked = ratio ?? Number(env.OTEL_TRACES_SAMPLER_ARG?.trim() || 1);
  return Number.isFinite(asked) ? Math.min(1, Math.max(0, asked)) : 1;
}
