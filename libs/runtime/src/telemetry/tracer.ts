import { redact, redactIn } from "@armada/contracts";
import type { Tracer } from "@armada/event-sourcing";
import { attributes, spanKinds } from "@armada/event-sourcing";
import { ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, type TracerProvider, trace } from "@opentelemetry/api";
import { formatTraceparent, parseTraceparent, within } from "./current.ts";

const KINDS = { producer: SpanKind.PRODUCER, consumer: SpanKind.CONSUMER, client: SpanKind.CLIENT, server: SpanKind.SERVER } as const;

/**
 * Spans through OpenTelemetry. A span is a child of `parent` where that is a well-formed traceparent, else the root of a new
 * trace. The root of an unsampled trace has a traceparent too; below it no span is made and that one is passed on. What
 * `work` throws is recorded on the span and thrown on unchanged. Log lines written inside `work` carry the span's ids.
 */
export function otelTracer(provider: TracerProvider = trace.getTracerProvider()): Tracer {
  const tracer = provider.getTracer("armada");
  return {
    async span(name, given, parent, work) {
      const remote = parseTraceparent(parent);
      if (remote !== undefined && remote.traceFlags % 2 === 0) return within(parent, () => work(parent));
      const context = remote === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, { ...remote, isRemote: true });
      const span = tracer.startSpan(name, { kind: kindOf(name), attributes: redactIn({ ...given }, redact) }, context);
      const traceparent = formatTraceparent(span.spanContext());
      try {
        return await within(traceparent, () => work(traceparent));
      } catch (error) {
        if (span.isRecording()) fail(span, error);
        throw error;
      } finally {
        span.end();
      }
    },
  };
}

function kindOf(name: string): SpanKind {
  const word = name.slice(0, name.indexOf(" ") === -1 ? undefined : name.indexOf(" "));
  return word in spanKinds ? KINDS[spanKinds[word as keyof typeof spanKinds]] : SpanKind.INTERNAL;
}

function fail(span: Span, error: unknown): void {
  const message = redact(error instanceof Error ? error.message : String(error));
  const code = error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
  span.recordException(error instanceof Error ? { name: error.name, message, stack: redact(error.stack ?? "") } : message);
  span.setAttribute(attributes.errorType, code ?? (error instanceof Error ? error.name : "unknown"));
  span.setStatus({ code: SpanStatusCode.ERROR, message });
}
