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
} as const;

/** What is wrong with a call, stable for programs; `modelErrorCodes` says of each whether another try may mend it. */
export type ModelErrorCode = keyof typeof modelErrorCodes;

/**
 * What a failed call cost all the same: its answer had begun, and the provider bills what it has counted.
 * Not `exact` where the answer broke off: the last count is then a lower bound.
 */
export type Spent = { readonly model: string; readonly usage: Usage; readonly costMicros: number; readonly exact: boolean };

/** What to do next, unless the error itself says it better. */
const hints: Readonly<Record<ModelErrorCode, string>> = {
  LOCAL_MODEL_CANNOT: "set a provider's key for this task, or give the agent a fallback",
  MODEL_KEY_REFUSED: "correct the key in the environment, or unset it to use the local model",
  MODEL_SPEND_LIMIT: "raise the spend limit of the account at its provider, or wait until it begins again",
  MODEL_ACCOUNT_ON_HOLD: "settle it with the provider: no request is served before",
  MODEL_UNKNOWN: "name another model for this tier in models.tiers of armada.config.ts",
  MODEL_NOT_CONFIGURED: "set the provider's key or address in the environment, or name another model in models.tiers of armada.config.ts",
  MODEL_PRICE_MISSING: "add the model's price to models.prices in armada.config.ts",
  MODEL_BAD_REQUEST: "shorten the material or correct what the message names: the same request will be refused again",
  MODEL_REFUSED: "change the request, or give the agent a fallback: the model declines this one",
  MODEL_ANSWER_INVALID: "try again; if it recurs, raise maxTokens or simplify the schema",
  MODEL_RATE_LIMITED: "try again after `retryAfter`",
  MODEL_OVERLOADED: "try again later",
  MODEL_UNREACHABLE: "check the network and the provider's address, then try again",
  MODEL_STREAM_BROKEN: "try again: nothing of the broken answer is kept",
  MODEL_BATCH_ENDED: "submit it again in another batch: this one ended without an answer to it",
};

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
    this.hint = options.hint ?? hints[code];
    this.terminal = modelErrorCodes[code] === "terminal";
    this.retryAfter = options.retryAfter;
    this.spent = options.spent;
    this.sent = options.sent ?? true;
  }
}
