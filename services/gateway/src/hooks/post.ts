import type { Hook } from "@armada/operations/hooks/hook-file";
import { Webhook } from "standardwebhooks";
import type { Outcome } from "./delivery.ts";

/** How long a receiver may take, ms. */
const TIMEOUT_MS = 15_000;
/** Of what a receiver asks for, where it says more than anybody waits. */
const MOST_SECONDS = 1e9;
/** Of an answer, so that its connection serves again, bytes; what is longer is cut off with its connection. */
const MOST_READ = 1_024;

/** Sends one message, signed by Standard Webhooks, and says what became of it. Redirects are not followed. */
export async function post(
  { url, secret }: Pick<Hook, "url" | "secret">,
  { id, body }: { readonly id: string; readonly body: string },
  { signal, now, timeout = TIMEOUT_MS }: { readonly signal: AbortSignal; readonly now: number; readonly timeout?: number },
): Promise<Outcome> {
  const late = AbortSignal.timeout(timeout);
  const at = new Date(now);
  try {
    const answer = await fetch(url, {
      method: "POST",
      headers: {
        "content-type": "application/cloudevents+json; charset=utf-8",
        "user-agent": "armada-hooks/1",
        "webhook-id": id,
        "webhook-timestamp": String(Math.floor(now / 1_000)),
        "webhook-signature": new Webhook(secret).sign(id, at, body),
      },
      body,
      redirect: "manual",
      signal: AbortSignal.any([late, signal]),
    });
    const { status, ok } = answer;
    await dropped(answer);
    if (ok) return { kind: "taken" };
    const wait = waitAsked(answer.headers.get("retry-after"), now);
    return {
      kind: "failed",
      error: status >= 300 && status < 400 ? `it answered ${status}, and redirects are not followed` : `it answered ${status}`,
      ...(status === 410 ? { gone: true } : {}),
      ...(wait === undefined ? {} : { wait, all: status === 429 || status === 503 }),
    };
  } catch (error) {
    if (late.aborted) return { kind: "failed", error: `it did not answer within ${timeout / 1_000} s` };
    return { kind: "failed", error: whyOf(error) };
  }
}

/** The answer may be lost with its connection: what was answered is known. */
async function dropped({ body }: Response): Promise<void> {
  if (body === null) return;
  const reader = body.getReader();
  try {
    for (let read = 0; read <= MOST_READ; ) {
      const { done, value } = await reader.read();
      if (done) return;
      read += value.length;
    }
    await reader.cancel();
  } catch {
    return; // its status came whole
  }
}

/** Seconds or a date, in ms from now on; what is neither is nothing that was asked. */
function waitAsked(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  if (/^\d+$/.test(header)) return Math.min(Number(header), MOST_SECONDS) * 1_000;
  const ms = /^[A-Z][a-z]{2}/.test(header) ? Date.parse(header) - now : Number.NaN;
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}

/** The system's own word, or fetch's for a port that it never speaks to, which holds no address: `fetch failed` says nothing. */
function whyOf(error: unknown): string {
  const cause: unknown = error instanceof Error ? error.cause : undefined;
  const code = typeof cause === "object" && cause !== null && "code" in cause ? String(cause.code) : undefined;
  if (cause instanceof Error && cause.message === "bad port") return "it cannot be reached: bad port";
  return `it cannot be reached: ${code ?? (error instanceof Error ? error.name : "unknown")}`;
}
