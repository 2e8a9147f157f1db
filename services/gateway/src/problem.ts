import { redact, redactIn } from "@armada/contracts";

/** Every problem that the gateway answers with: its status, and the title that all of its kind share (RFC 9457). */
const KINDS = {
  "request-malformed": [400, "The request cannot be read"],
  "body-unreadable": [400, "The body cannot be read"],
  "event-invalid": [400, "The event is not a CloudEvent"],
  "key-wanted": [401, "A key is wanted"],
  "signature-wrong": [401, "The signature does not hold"],
  "scope-missing": [403, "The key may not do this"],
  "origin-not-allowed": [403, "This origin may not deliver here"],
  "not-found": [404, "There is nothing here"],
  "run-unknown": [404, "No team has this run"],
  "run-not-started": [404, "The run has not started yet"],
  "approval-unknown": [404, "The run asks for no such approval"],
  "method-not-allowed": [405, "This method is not served here"],
  "request-timeout": [408, "The request did not arrive in time"],
  "id-taken": [409, "Another message has this id"],
  "run-ended": [409, "The run has ended"],
  "too-large": [413, "The body is too large"],
  "media-type-not-served": [415, "This kind of body is not served"],
  "expectation-failed": [417, "This expectation is not met"],
  "type-unknown": [422, "No team declares this type of event"],
  "data-invalid": [422, "The data does not fit its type"],
  "input-invalid": [422, "The input does not fit"],
  "too-many-requests": [429, "The key has no requests left for now"],
  "too-many-readers": [429, "Too much is read at once"],
  "header-too-large": [431, "The headers are too large"],
  unexpected: [500, "The gateway failed"],
  "log-unavailable": [503, "The log cannot be reached"],
  "log-full": [503, "The log is full"],
  "issuer-unavailable": [503, "The tokens' issuer cannot be reached"],
  "team-silent": [503, "The team does not answer"],
  "contract-broken": [503, "A team's contract is broken"],
  busy: [503, "There is no room for more now"],
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
