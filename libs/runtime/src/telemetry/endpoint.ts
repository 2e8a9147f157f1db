import { attributes } from "@armada/event-sourcing";

/** So long what is left may take to be sent as a service ends, ms. */
export const FLUSH_MS = 5_000;

type Env = Readonly<Record<string, string | undefined>>;
type Signal = "traces" | "metrics";

/** Where a signal goes; undefined: nowhere. Source: opentelemetry.io/docs/specs/otel/protocol/exporter, "Endpoint URLs for OTLP/HTTP". */
export function endpointOf(signal: Signal, env: Env): string | undefined {
  if (env.OTEL_SDK_DISABLED?.toLowerCase() === "true") return undefined;
  const own = env[`OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_ENDPOINT`]?.trim();
  if (own) return own;
  const base = env.OTEL_EXPORTER_OTLP_ENDPOINT?.trim();
  return base ? `${base.replace(/\/+$/, "")}/v1/${signal}` : undefined;
}

/** `a=b,c=d` with percent-encoded values. */
export function headersOf(signal: Signal, env: Env): Record<string, string> {
  const text = env[`OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_HEADERS`] ?? env.OTEL_EXPORTER_OTLP_HEADERS ?? "";
  const pairs = text.split(",").flatMap((pair) => {
    const at = pair.indexOf("=");
    return at <= 0 ? [] : [[pair.slice(0, at).trim(), decodeURIComponent(pair.slice(at + 1).trim())] as const];
  });
  return Object.fromEntries(pairs);
}

/** Who says what is sent. `instance`: which process of the service, this one unless said. */
export function resourceOf({ service, instance }: { readonly service: string; readonly instance?: string }): Record<string, string> {
  return {
    [attributes.serviceNamespace]: "armada",
    [attributes.serviceName]: service,
    [attributes.serviceInstance]: instance ?? String(process.pid),
  };
}

/** Sends what is left, for `FLUSH_MS` at most. */
export async function flushed(shutdown: () => Promise<void>): Promise<void> {
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(late.resolve, FLUSH_MS);
  await Promise.race([shutdown().catch(() => undefined), late.promise]);
  clearTimeout(timer);
}
