import { type Answer, judge, type Verdict } from "./answer.ts";
import { retryAfterOf } from "./backoff.ts";
import { EmitError } from "./errors.ts";
import type { WireEvent } from "./event.ts";
import type { Ports } from "./ports.ts";
import type { Settings } from "./settings.ts";
import { signatureHeaders } from "./signature.ts";

/** Makes one request of events, one alone where it is signed. `abort` ends it. The key is in nothing that it says. */
export async function send(events: readonly WireEvent[], settings: Settings, ports: Ports, abort: AbortController): Promise<Verdict> {
  const cancel = ports.after(settings.attemptMs, () => abort.abort());
  try {
    const secret = await settings.key();
    return judge(await post(events, secret, settings, ports, abort.signal), events.length);
  } catch (error) {
    if (!(error instanceof EmitError)) throw error;
    return error.retryable ? { kind: "retry", error } : { kind: "refused", error, about: "sender" };
  } finally {
    cancel();
  }
}

/** @throws EmitError `unreachable`, `settings-invalid` */
async function post(
  events: readonly WireEvent[],
  secret: string,
  { url, signAs, attemptMs }: Settings,
  ports: Ports,
  signal: AbortSignal,
): Promise<Answer> {
  const json = events.map((one) => one.json).join();
  const [first] = events;
  const signed = signAs !== undefined && first !== undefined;
  const body = signed ? json : `[${json}]`;
  const headers: Record<string, string> = signed
    ? { "content-type": "application/cloudevents+json", ...(await signatureHeaders(secret, { id: first.id, at: ports.date(), body })) }
    : { "content-type": "application/cloudevents-batch+json", authorization: `Bearer ${secret}` };
  // A shorter one is no key, and would be found in words.
  const hidden = (text: string): string => (secret.length < 8 ? text : text.replaceAll(secret, "…"));
  try {
    const response = await ports.fetch(url, { method: "POST", headers, body, redirect: "manual", signal });
    const retryAfter = retryAfterOf(response.headers.get("retry-after"), ports.date().getTime());
    return { status: response.status, retryAfter, body: hidden(await response.text()) };
  } catch (error) {
    const why = signal.aborted ? `no answer within ${attemptMs} ms` : hidden(reasonOf(error));
    throw new EmitError("unreachable", `${new URL(url).host}: ${why}`, {
      retryable: true,
      hint: "does the gateway run there? Sent again with the same source and id it is the same event",
    });
  }
}

/** Of what `fetch` throws the cause says why. */
function reasonOf(error: unknown): string {
  const { message, cause } = error instanceof Error ? error : new Error(String(error));
  const { code, message: inner } = Object(cause) as { readonly code?: unknown; readonly message?: unknown };
  return [message, code ?? inner].filter((part) => typeof part === "string" && part !== "").join(": ");
}
