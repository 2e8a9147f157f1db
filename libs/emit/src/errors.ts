type About = {
  readonly hint: string;
  /** The HTTP status, where the gateway answered. */
  readonly status?: number | undefined;
  /** The attribute, member or header at fault, as the gateway names it. */
  readonly field?: string | undefined;
  readonly retryable?: boolean;
  /** Seconds that the gateway asks to be left alone. */
  readonly retryAfter?: number | undefined;
  /** Of the event that it is about. */
  readonly id?: string | undefined;
};

/**
 * Why an event is not known to be stored. `code` is the gateway's, as in `urn:armada:problem:CODE`, e.g. `type-unknown`, or one of the
 * client's own (`clientCodes`).
 *
 * `retryable`: it may be stored or not; the same event sent again, with its `id` and source, is the same event. `hint` says what to do.
 * No text of an error has the key in it.
 */
export class EmitError extends Error {
  override readonly name: string = "EmitError";
  readonly code: string;
  readonly hint: string;
  readonly status: number | undefined;
  readonly field: string | undefined;
  readonly retryable: boolean;
  readonly retryAfter: number | undefined;
  readonly id: string | undefined;

  readonly #about: About;

  constructor(code: string, message: string, about: About) {
    super(message);
    this.#about = about;
    this.code = code;
    this.hint = about.hint;
    this.status = about.status;
    this.field = about.field;
    this.retryable = about.retryable ?? false;
    this.retryAfter = about.retryAfter;
    this.id = about.id;
  }

  /** The same, of one event: its field without the event's place in a request. */
  of(id: string): EmitError {
    return new EmitError(this.code, this.message, { ...this.#about, field: this.field?.replace(/^\d+\.?/, ""), id });
  }

  /** What an event that was given up says, where this one kept it from being stored. */
  tooLate(deadlineMs: number): EmitError {
    return new EmitError(this.code, `not stored within ${deadlineMs} ms: ${this.message}`, { ...this.#about, retryable: true });
  }
}

/** Some events of a batch are not known to be stored: `failed` says which, by their place in it, and why; all others are. Its code and hint are the first one's. */
export class BatchError extends EmitError {
  override readonly name = "BatchError";
  readonly failed: readonly { readonly index: number; readonly error: EmitError }[];

  constructor(first: EmitError, failed: BatchError["failed"], all: number) {
    const { code, hint, status, field, id, retryAfter } = first;
    const retryable = failed.some(({ error }) => error.retryable);
    super(code, `${failed.length} of ${all} events are not stored; the first: ${first.message}`, {
      hint,
      status,
      field,
      id,
      retryAfter,
      retryable,
    });
    this.failed = failed;
  }
}
