/**
 * An error of Armada's own: a stable `code`, what went wrong and where (`message`), what to do next (`hint`).
 * `retryable` says whether the same call may succeed later.
 */
export class ArmadaError extends Error {
  override readonly name: string = "ArmadaError";
  readonly code: string;
  readonly hint: string | undefined;
  readonly retryable: boolean;

  constructor(code: string, message: string, options: { hint?: string | undefined; cause?: unknown; retryable?: boolean } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    this.retryable = options.retryable ?? false;
  }
}

/** Several errors as one: the code of the first, and what each says. Of one it is that one. */
export function joinErrors(first: ArmadaError, ...more: readonly ArmadaError[]): ArmadaError {
  if (more.length === 0) return first;
  const all = [first, ...more];
  const said = (texts: readonly (string | undefined)[]): string => [...new Set(texts.filter((text) => text !== undefined))].join("; ");
  const hint = said(all.map((error) => error.hint));
  return new ArmadaError(first.code, said(all.map((error) => error.message)), { cause: first, ...(hint === "" ? {} : { hint }) });
}

/** Whether the same call may succeed later: a retryable ArmadaError. */
export function isRetryable(error: unknown): error is ArmadaError {
  return error instanceof ArmadaError && error.retryable;
}

/** A refusal is an answer: the input was understood and is not served. It ends a run as `failed` and is never tried again. */
export class Refusal extends ArmadaError {
  override readonly name = "Refusal";
  /** What the caller gets beside the message, e.g. what is covered instead. */
  readonly details: unknown;

  constructor(code: string, message: string, options: { hint?: string; details?: unknown } = {}) {
    super(code, message, { hint: options.hint });
    this.details = options.details;
  }
}
