import { AsyncLocalStorage } from "node:async_hooks";

const current = new AsyncLocalStorage<string>();

/** Runs `work` with `traceparent` as the one that log lines name. */
export function within<T>(traceparent: string | undefined, work: () => T): T {
  return traceparent === undefined || traceparent === current.getStore() ? work() : current.run(traceparent, work);
}

/** The ids of the span around the caller, for a log line; empty outside of any. */
export function currentTrace(): { trace_id: string; span_id: string } | Record<string, never> {
  const parsed = parseTraceparent(current.getStore());
  return parsed === undefined ? {} : { trace_id: parsed.traceId, span_id: parsed.spanId };
}

const WELL_FORMED = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:-.*)?$/;

/** Source: W3C Trace Context, level 2, section 3.2. Undefined for anything malformed, all zeros included. */
export function parseTraceparent(text: string | undefined): { traceId: string; spanId: string; traceFlags: number } | undefined {
  if (text === undefined || !WELL_FORMED.test(text)) return undefined;
  return { traceId: text.slice(3, 35), spanId: text.slice(36, 52), traceFlags: Number.parseInt(text.slice(53, 55), 16) };
}

export function formatTraceparent(context: { traceId: string; spanId: string; traceFlags: number }): string {
  return `00-${context.traceId}-${context.spanId}-${context.traceFlags.toString(16).padStart(2, "0")}`;
}
