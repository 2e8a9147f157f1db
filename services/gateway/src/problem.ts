import { redact, redactIn } from "@armada/contracts";

/** Every problem that the gateway answers with: its status, the title that all of its kind share (RFC 9457), and what to do; docs/reference/errors.md has them. */
export const KINDS = {
  "request-malformed": [400, "The request cannot be read", "correct what `field` names"],
  "body-unreadable": [400, "The body cannot be read", "send JSON, in UTF-8"],
  "event-invalid": [400, "The event is not a CloudEvent", "`field` names the attribute that is wrong"],
  "key-wanted": [401, "A key is wanted", "send `authorization: Bearer KEY` with a key of this gateway: `armada keys list`"],
  "signature-wrong": [401, "The signature does not hold", "is it this sender's secret, and is the clock right?"],
  "scope-missing": [403, "The key may not do this", "use a key with that scope: `armada keys add NAME --scope …`"],
  "origin-not-allowed": [403, "This origin may not deliver here", "add it to gateway.webhookOrigins"],
  "not-found": [404, "There is nothing here", "see the paths in /openapi.json"],
  "run-unknown": [404, "No team has this run", "is the id whole? `armada runs list`"],
  "run-not-started": [404, "The run has not started yet", "ask again: the team has not taken it up yet"],
  "approval-unknown": [404, "The run asks for no such approval", "`GET /v1/runs/ID` says what the run waits for"],
  "method-not-allowed": [405, "This method is not served here", "the header `allow` names those that are"],
  "request-timeout": [408, "The request did not arrive in time", "send it again, in one go"],
  "id-taken": [409, "Another message has this id", "use another id: this one is of something else"],
  "run-ended": [409, "The run has ended", "nothing: it waits for no answer any more"],
  "too-large": [413, "The body is too large", "a request has at most 1 MiB; hand large data by reference"],
  "media-type-not-served": [415, "This kind of body is not served", "send application/json, or application/cloudevents+json for events"],
  "expectation-failed": [417, "This expectation is not met", "expect 100-continue or nothing"],
  "type-unknown": [
    422,
    "No team declares this type of event",
    "a team declares what it takes with external(…) in its contract.ts; is the type spelt as there?",
  ],
  "data-invalid": [422, "The data does not fit its type", "`field` says where; the team that declares the type says what its data is"],
  "input-invalid": [422, "The input does not fit", "`field` says where"],
  "too-many-requests": [429, "The key has no requests left for now", "wait for `retry-after` seconds"],
  "too-many-readers": [429, "Too much is read at once", "wait for `retry-after` seconds"],
  "header-too-large": [431, "The headers are too large", "send less than 16 KiB of headers"],
  unexpected: [500, "The gateway failed", "the gateway's log says more"],
  "log-unavailable": [503, "The log cannot be reached", "send it again, with the same source and id"],
  "log-full": [503, "The log is full", "`armada health`; make room"],
  "issuer-unavailable": [503, "The tokens' issuer cannot be reached", "send it again; is the issuer up?"],
  "team-silent": [503, "The team does not answer", "is the team up? `armada health`"],
  "contract-broken": [
    503,
    "A team's contract is broken",
    "`armada health` names the team whose contract is to be mended; then send it again",
  ],
  busy: [503, "There is no room for more now", "send it again later"],
} as const;

export type ProblemKind = keyof typeof KINDS;
type More = {
  /** The header, attribute, member or parameter at fault. */
  readonly field?: string | undefined;
  /** Seconds. */
  readonly retryAfter?: number;
  /** Further members of the document. */
  readonly extra?: Readonly<Record<string, unknown>>;
};

/** Ends a request with a problem document. */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly kind: ProblemKind;
  readonly more: More;

  constructor(kind: ProblemKind, detail: string, more: More = {}) {
    super(detail);
    this.kind = kind;
    this.more = more;
  }

  get status(): number {
    return KINDS[this.kind][0];
  }

  /** The RFC 9457 document as JSON. */
  document(): string {
    const { field, extra } = this.more;
    const [status, title] = KINDS[this.kind];
    const document = {
      type: `urn:armada:problem:${this.kind}`,
      title,
      status,
      detail: this.message,
      ...(field === undefined ? {} : { field }),
      ...extra,
    };
    return JSON.stringify(redactIn(document, redact));
  }
}

export const PROBLEM_TYPE = "application/problem+json";
