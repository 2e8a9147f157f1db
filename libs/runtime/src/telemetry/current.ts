import { AsyncLocalStorage } from "node:async_hooks";

const current = new AsyncLocalStorage<string>();

/** Runs `work` with `traceparent` as the one that log lines name. */
export function within<T>(traceparent: string | undefined, work: () => T): T {
  return traceparent === undefined ? work() : current.run(traceparent, work);
}

/** The ids of the span around the caller, for a log line; empty outside of any. */
export function currentTrace(): { trace_id: string; span_id: string } | Record<string, never> {
  const parsed = parseTraceparent(current.getStore());
  return parsed === undefined ? {} : { trace_id: parsed.traceId, span_id: parsed.spanId };
}

/** Source: W3C Trace Context, level 2, section 3.2. Undefined for anything malformed, all zeros included. */
export function parseTraceparent(text: string | undefined): { traceId: string; spanId: string; traceFlags: number } | undefined {
  const match = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?$/.exec(text ?? "");
  const [, version, traceId, spanId, flags] = match ?? [];
  if (version === undefined || traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  if (version === "ff" || /^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) };
}

export function formatTraceparent(context: { traceId: string; spanId: string; traceFlags: number }): string {
  return `00-${context.traceId}-${context.spanId}-${context.traceFlags.toString(16).padStart(2, "0")}`;
}
