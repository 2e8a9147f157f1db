import type { About } from "./about.ts";

/** Of model calls; `next` is the hint of a `ModelError`. Whether another try may help, `modelErrorCodes` of libs/models says. */
export const models = {
  CACHE_VALUE_CHANGES: {
    is: "an answer, read again by its schema, is not what it was, and is not cached",
    next: "cache answers whose schema neither transforms nor defaults",
  },
  LOCAL_MODEL_CANNOT: {
    is: "the local model, or a test's script, has nothing for this question",
    next: "set a provider's key for this task, or give the agent a fallback",
  },
  MODEL_ACCOUNT_ON_HOLD: {
    is: "the provider has put the account on hold",
    next: "settle it with the provider: no request is served before",
  },
  MODEL_ANSWER_INVALID: {
    is: "the model's answer does not fit the schema",
    next: "try again; if it recurs, raise maxTokens or simplify the schema",
  },
  MODEL_BAD_REQUEST: {
    is: "the provider refuses the request as it is",
    next: "shorten the material or correct what the message names: the same request will be refused again",
  },
  MODEL_BATCH_ENDED: {
    is: "a provider's batch ended without an answer to this request",
    next: "submit it again in another batch: this one ended without an answer to it",
  },
  MODEL_ENDS: { is: "the provider ends a model soon", next: "name another in models.tiers of armada.config.ts" },
  MODEL_KEY_REFUSED: { is: "the provider refuses the key", next: "correct the key in the environment, or unset it to use the local model" },
  MODEL_NOT_CONFIGURED: {
    is: "a tier names a model of a provider that is not set up",
    next: "set the provider's key or address in the environment, or name another model in models.tiers of armada.config.ts",
  },
  MODEL_OVERLOADED: { is: "the provider is overloaded or failed", next: "try again later" },
  MODEL_PRICES_INVALID: { is: "`models.prices` is not understood", next: "write gpt-x: $1.25 in, $10 out" },
  MODEL_PRICE_MISSING: {
    is: "no price is known for a model, so no budget could hold",
    next: "add the model's price to models.prices in armada.config.ts",
  },
  MODEL_RATE_LIMITED: { is: "the provider asks for fewer requests", next: "try again after `retryAfter`" },
  MODEL_REFUSED: {
    is: "the model declines the request",
    next: "change the request, or give the agent a fallback: the model declines this one",
  },
  MODEL_SPEND_LIMIT: {
    is: "the account's spend limit at the provider is reached",
    next: "raise the spend limit of the account at its provider, or wait until it begins again",
  },
  MODEL_STREAM_BROKEN: { is: "an answer broke off", next: "try again: nothing of the broken answer is kept" },
  MODEL_UNKNOWN: {
    is: "the provider does not know the model",
    next: "name another model for this tier in models.tiers of armada.config.ts",
  },
  MODEL_UNREACHABLE: { is: "the provider cannot be reached", next: "check the network and the provider's address, then try again" },
} as const satisfies Record<string, About>;

/** Of budgets and of what was spent. */
export const money = {
  BUDGET_DOWNGRADE: {
    is: "a step was given a cheaper tier, because its budget is nearly spent",
    next: "`armada budgets`; budgets.downgradeAt says from which share",
  },
  BUDGET_EXHAUSTED: { is: "less is left of a limit than one call may cost", next: "`armada budgets`; raise the limit, or wait" },
  BUDGET_PENDING: { is: "the ledger has granted nothing for a call yet", next: "`armada health`: is the federation there?" },
  GRANT_REFUSED: {
    is: "a team cannot read what the federation grants of the fleet's budget",
    next: "have the team and the federation run the same build",
  },
  LEASE_ENDED: { is: "the part of a budget that was to pay for a call ended before it began", next: "nothing: it is tried again" },
  LEDGER_UNREAD: { is: "a replica asked its ledger before it was read", next: "nothing: it is tried again; else it is a defect" },
  USAGE_REFUSED: { is: "the provider did not give its usage report", next: "ANTHROPIC_ADMIN_KEY must be an admin key of the organisation" },
  USAGE_UNREADABLE: { is: "the provider's usage cannot be read", next: "is --usage URL its address?" },
} as const satisfies Record<string, About>;
