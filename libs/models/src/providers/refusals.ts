import type { ModelErrorCode } from "../errors.ts";

/** What a provider said when it refused: its codes, the finest first, and its words. */
type Refused = { readonly codes: readonly string[]; readonly message: string };
type Refusal = { readonly code: ModelErrorCode; readonly hint?: string };

const RAISE = "then `armada runs retry ID` for what is parked";
const ANTHROPIC = `raise the limit under Billing at platform.claude.com, or wait until it begins again, ${RAISE}`;
const OPENAI = `raise the limit or add credit under Billing at platform.openai.com, or wait until it begins again, ${RAISE}`;
const LITELLM = `raise the budget at the LiteLLM proxy, or wait until it begins again, ${RAISE}`;
const HOLD = `settle it with the provider: no request is served before, ${RAISE}`;
const NAME = "name another model for this tier in models.tiers of armada.config.ts";

const spent = (hint: string): Refusal => ({ code: "MODEL_SPEND_LIMIT", hint });
const held: Refusal = { code: "MODEL_ACCOUNT_ON_HOLD", hint: HOLD };
const unknown: Refusal = { code: "MODEL_UNKNOWN", hint: NAME };

/**
 * Codes that say more than their status. Sources: `errorCode` of @anthropic-ai/sdk 1.12 (resources/shared),
 * developers.openai.com/api/docs/guides/spend-limits and the article 5955604 of help.openai.com, error types of LiteLLM 1.108, 2026-11.
 */
const BY_CODE: Readonly<Record<string, Refusal>> = {
  contract_spend_limit_reached: spent(ANTHROPIC),
  enforced_spend_limit_reached: spent(ANTHROPIC),
  linked_organization_spend_limit_reached: spent(ANTHROPIC),
  linked_organization_billing_unavailable: spent(ANTHROPIC),
  billing_error: spent(ANTHROPIC),
  organization_on_hold: held,
  insufficient_quota: spent(OPENAI),
  credit_balance_exhausted: spent(OPENAI),
  organization_usage_limit_exceeded: spent(OPENAI),
  organization_spend_limit_exceeded: spent(OPENAI),
  project_spend_limit_exceeded: spent(OPENAI),
  billing_hard_limit_reached: spent(OPENAI),
  billing_not_active: held,
  account_deactivated: held,
  budget_exceeded: spent(LITELLM),
  key_model_access_denied: unknown,
  team_model_access_denied: unknown,
  model_not_found: unknown,
  // A wrong key, where the proxy has no database to look it up in.
  no_db_connection: { code: "MODEL_KEY_REFUSED" },
};

/** What is said without a code of its own. Sources: platform.claude.com "Errors" and LiteLLM 1.108, 2026-11. */
const BY_WORDS: readonly (readonly [RegExp, Refusal])[] = [
  [/^You have reached your specified (?:workspace )?API usage limits/, spent(ANTHROPIC)],
  [/^Your credit balance is too low/, spent(ANTHROPIC)],
  [/crossed budget|Exceeded budget for (?:deployment|provider|tag)/, spent(LITELLM)],
  [/Invalid model name passed in model=/, unknown],
];

/** What a refusal is by its code or, without one, its words; undefined where its status says all. */
export function refusalOf({ codes, message }: Refused): Refusal | undefined {
  for (const code of codes) if (Object.hasOwn(BY_CODE, code)) return BY_CODE[code];
  return BY_WORDS.find(([words]) => words.test(message))?.[1];
}
