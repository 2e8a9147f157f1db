import type { ErrorCode } from "./errors/codes.ts";

type Options = { readonly hint?: string | undefined; readonly cause?: unknown; readonly retryable?: boolean };

/**
 * An error of Armada's own: a stable `code`, what went wrong and where (`message`), what to do next (`hint`).
 * `retryable` says whether the same call may succeed later. Its code is any: a team's author has codes of his own, and a journal keeps them.
 */
export class CodedError extends Error {
  override readonly name: string = "ArmadaError";
  readonly code: string;
  readonly hint: string | undefined;
  readonly retryable: boolean;

  constructor(code: string, message: string, options: Options = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    this.retryable = options.retryable ?? false;
  }
}

/**
 * The same class for the product's own code, which gives codes of the registry alone (`errors/codes.ts`).
 * @alias CodedError
 */
export const ArmadaError: { new (code: ErrorCode, message: string, options?: Options): CodedError; readonly prototype: CodedError } =
  CodedError;
export type ArmadaError = CodedError;

/** Several errors as one: the code of the first, and what each says. Of one it is that one. */
export function joinErrors(first: ArmadaError, ...more: readonly ArmadaError[]): ArmadaError {
  if (more.length === 0) return first;
  const all = [first, ...more];
  const said = (texts: readonly (string | undefined)[]): string => [...new Set(texts.filter((text) => text !== undefined))].join("; ");
  const hint = said(all.map((error) => error.hint));
  return new CodedError(first.code, said(all.map((error) => error.message)), { cause: first, ...(hint === "" ? {} : { hint }) });
}

/** Whether the same call may succeed later: a retryable ArmadaError. */
export function isRetryable(error: unknown): error is ArmadaError {
  return error instanceof CodedError && error.retryable;
}

/** A refusal is an answer: the input was understood and is not served. It ends a run as `failed` and is never tried again. */
export class Refusal extends CodedError {
  override readonly name = "Refusal";
  /** What the caller gets beside the message, e.g. what is covered instead. */
  readonly details: unknown;

  constructor(code: string, message: string, options: { hint?: string; details?: unknown } = {}) {
    super(code, message, { hint: options.hint });
    this.details = options.details;
  }
}
