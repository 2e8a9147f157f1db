import { EmitError } from "./errors.ts";
import { hintOf } from "./hints.ts";

/** The log has the event, on disk. `event`: the mesh's own name of it, which `armada trace` takes; `seq`: its place in the gateway's stream. */
export type Stored = { readonly id: string; readonly event: string; readonly seq: number };

/** What came back of a request. */
export type Answer = { readonly status: number; readonly retryAfter: number | undefined; readonly body: string };

/**
 * What is to be done about it. `refused` and `retry`: `field` begins with the place of the event at fault where the gateway names one.
 * `about`: whether it may be about some of the events, or is about the sender and so about all.
 */
export type Verdict =
  | { readonly kind: "stored"; readonly stored: readonly Omit<Stored, "id">[] }
  | { readonly kind: "retry"; readonly error: EmitError }
  | { readonly kind: "refused"; readonly error: EmitError; readonly about: "events" | "sender" };

/** "Not now" among the refusals; all others of 400 to 499 are final. */
const LATER = new Set([408, 425, 429]);
/** Without a key, or at a place that is no gateway, no event is taken, whatever it says. */
const OF_SENDER = new Set([401, 404, 405]);

/** Judges an answer to a request of `count` events. */
export function judge({ status, retryAfter, body }: Answer, count: number): Verdict {
  const json = jsonOf(body);
  if (status >= 200 && status < 300) {
    const stored = storedOf(json, count);
    if (stored !== undefined) return { kind: "stored", stored };
    const about = { status, retryAfter, retryable: true, hint: "is the address that of a gateway? its `/openapi.json` says so" };
    return { kind: "retry", error: new EmitError("answer-unreadable", `${status}, and no gateway's answer: ${body.slice(0, 80)}`, about) };
  }
  if (status < 400) {
    const hint = "give the address that it redirects to; the key is not sent on";
    return { kind: "refused", about: "sender", error: new EmitError("refused", `the address redirects (${status})`, { status, hint }) };
  }
  const retryable = status >= 500 || LATER.has(status);
  const { type, title, detail, field } = json as Readonly<Record<string, unknown>>;
  const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);
  const code = text(type)?.replace(/^urn:armada:problem:/, "") ?? "refused";
  const where = text(field);
  const why = [text(title) ?? `the answer is ${status}`, where?.replace(/^\d+\.?/, ""), text(detail) ?? body.slice(0, 80)]
    .filter(Boolean)
    .join(": ");
  const error = new EmitError(code, why, { hint: hintOf(code, status, retryable), status, field: where, retryable, retryAfter });
  return retryable ? { kind: "retry", error } : { kind: "refused", error, about: OF_SENDER.has(status) ? "sender" : "events" };
}

/** The places in a request of `types` that an error is about; undefined where it names none. Of a type that is wrong, all of that type. */
export function placesOf({ field }: EmitError, types: readonly string[]): readonly number[] | undefined {
  const [, place = "", rest] = /^(\d+)(?:\.(.*))?$/.exec(field ?? "") ?? [];
  const at = Number(place);
  if (place === "" || at >= types.length) return undefined;
  return rest === "type" ? types.flatMap((type, index) => (type === types[at] ? [index] : [])) : [at];
}

function jsonOf(body: string): object {
  try {
    const json: unknown = JSON.parse(body);
    return typeof json === "object" && json !== null ? json : {};
  } catch {
    return {}; // then it says nothing that can be used
  }
}

function storedOf(json: object, count: number): Omit<Stored, "id">[] | undefined {
  const all: unknown[] = "events" in json && Array.isArray(json.events) ? json.events : [json];
  const stored = all.flatMap((one) => {
    const { event, seq } = Object(one) as { readonly event?: unknown; readonly seq?: unknown };
    return typeof event === "string" && typeof seq === "number" ? [{ event, seq }] : [];
  });
  return stored.length === count && all.length === count ? stored : undefined;
}
