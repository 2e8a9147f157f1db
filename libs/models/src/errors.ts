import type { Usage } from "./port.ts";

/** Codes of `ModelError`; each says what the caller should do. */
export const modelErrorCodes = {
  LOCAL_MODEL_CANNOT: "terminal",
  MODEL_KEY_REFUSED: "terminal",
  MODEL_UNKNOWN: "terminal",
  MODEL_BAD_REQUEST: "terminal",
  MODEL_REFUSED: "terminal",
  MODEL_ANSWER_INVALID: "retryable",
  MODEL_RATE_LIMITED: "retryable",
  MODEL_OVERLOADED: "retryable",
  MODEL_UNREACHABLE: "retryable",
  MODEL_STREAM_BROKEN: "retryable",
} as const;

export type ModelErrorCode = keyof typeof modelErrorCodes;

/**
 * What a failed call cost all the same: its answer had begun, and the provider bills what it has counted.
 * Not `exact` where the answer broke off: the last count is then a lower bound.
 */
export type Spent = { readonly model: string; readonly usage: Usage; readonly costMicros: number; readonly exact: boolean };

/** A failed model call. `retryAfter` is in milliseconds, from the provider; `spent` is absent where nothing is known of the cost. */
export class ModelError extends Error {
  override readonly name = "ModelError";
  readonly code: ModelErrorCode;
  readonly terminal: boolean;
  readonly retryAfter: number | undefined;
  readonly spent: Spent | undefined;

  constructor(
    code: ModelErrorCode,
    message: string,
    options: { cause?: unknown; retryAfter?: number | undefined; spent?: Spent | undefined } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    this.terminal = modelErrorCodes[code] === "terminal";
    this.retryAfter = options.retryAfter;
    this.spent = options.spent;
  }
}
