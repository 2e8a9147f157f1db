import { type ErrorCode, errorCodes } from "@armada/contracts";
import type { Usage } from "./port.ts";

/** Codes of `ModelError`; each says what the caller should do. */
export const modelErrorCodes = {
  LOCAL_MODEL_CANNOT: "terminal",
  MODEL_KEY_REFUSED: "terminal",
  MODEL_SPEND_LIMIT: "terminal",
  MODEL_ACCOUNT_ON_HOLD: "terminal",
  MODEL_UNKNOWN: "terminal",
  MODEL_NOT_CONFIGURED: "terminal",
  MODEL_PRICE_MISSING: "terminal",
  MODEL_BAD_REQUEST: "terminal",
  MODEL_REFUSED: "terminal",
  MODEL_ANSWER_INVALID: "retryable",
  MODEL_RATE_LIMITED: "retryable",
  MODEL_OVERLOADED: "retryable",
  MODEL_UNREACHABLE: "retryable",
  MODEL_STREAM_BROKEN: "retryable",
  MODEL_BATCH_ENDED: "retryable",
} as const satisfies Partial<Record<ErrorCode, "terminal" | "retryable">>;

/** What is wrong with a call, stable for programs; `modelErrorCodes` says of each whether another try may mend it. */
export type ModelErrorCode = keyof typeof modelErrorCodes;

/**
 * What a failed call cost all the same: its answer had begun, and the provider bills what it has counted.
 * Not `exact` where the answer broke off: the last count is then a lower bound.
 */
export type Spent = { readonly model: string; readonly usage: Usage; readonly costMicros: number; readonly exact: boolean };

type Details = {
  readonly cause?: unknown;
  readonly hint?: string | undefined;
  readonly retryAfter?: number | undefined;
  readonly spent?: Spent | undefined;
  readonly sent?: boolean;
};

/**
 * A failed model call; `hint` is the next step. `retryAfter` is in milliseconds, from the provider; `spent` is absent where
 * nothing is known of the cost. Not `sent` where no request came to the provider: who waits and asks again has lost nothing.
 */
export class ModelError extends Error {
  override readonly name = "ModelError";
  readonly code: ModelErrorCode;
  readonly hint: string;
  readonly terminal: boolean;
  readonly retryAfter: number | undefined;
  readonly spent: Spent | undefined;
  readonly sent: boolean;

  constructor(code: ModelErrorCode, message: string, options: Details = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    this.hint = options.hint ?? errorCodes.models[code].next;
    this.terminal = modelErrorCodes[code] === "terminal";
    this.retryAfter = options.retryAfter;
    this.spent = options.spent;
    this.sent = options.sent ?? true;
  }
}
