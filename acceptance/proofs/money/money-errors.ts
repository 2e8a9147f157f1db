/** What somebody can get wrong about models and money, and what the product says to it. The reference page is made from this. */
export type MoneyError = {
  readonly wrong: string;
  /** The command that says it, without `armada`. */
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** What an agent of the team says of itself in its code. */
  readonly agent?: string;
  /** The provider that `ANTHROPIC_BASE_URL` names: one that accepts the key, one that refuses it, or nobody. `proxy`: that of `OPENAI_BASE_URL`. */
  readonly provider?: "there" | "refusing" | "down" | "proxy";
  /** What it answers to everything: the status, and the `error` of its body. */
  readonly refuses?: { readonly status: number; readonly error: Readonly<Record<string, unknown>> };
  readonly code: string;
  /** A part of what is said, and of what it says to do. */
  readonly says: string;
  readonly next: string;
  readonly exit: number;
};

const LIMITS = "ARMADA_BUDGETS_TEAMS_CONTENT";
const UP = ["up"] as const;
const LIMIT_HINT = 'write "$300/month, $20/day, 5M tokens/day, $1/run"';
const SETTINGS = "docs/reference/configuration.md";

function setting(wrong: string, name: string, value: string, says: string, next = SETTINGS): MoneyError {
  return { wrong, command: UP, env: { [name]: value }, code: "BAD_CONFIG", says, next, exit: 2 };
}

function agent(wrong: string, code: string, text: string, says: string, next: string): MoneyError {
  return { wrong, command: ["up", "--only", "spender"], agent: text, code, says, next, exit: 2 };
}

function model(wrong: string, provider: MoneyError["provider"], code: string, says: string, next: string, env = {}): MoneyError {
  return { wrong, command: ["doctor"], ...(provider === undefined ? {} : { provider }), env, code, says, next, exit: 1 };
}

function refused(
  wrong: string,
  provider: "there" | "proxy",
  status: number,
  error: Record<string, unknown>,
  about: [code: string, says: string, next: string],
): MoneyError {
  const [code, says, next] = about;
  return { wrong, command: ["doctor"], provider, refuses: { status, error }, code, says, next, exit: 1 };
}

function usage(wrong: string, command: readonly string[], says: string, next: string): MoneyError {
  return { wrong, command, code: "USAGE", says, next, exit: 2 };
}

/** Those that are said before, or without, a mesh. */
export const moneyErrors: readonly MoneyError[] = [
  setting("a negative limit", LIMITS, "$-5/day", '"$-5/day" is no limit', LIMIT_HINT),
  setting("a limit of nothing", LIMITS, "$0/day", '"$0/day" would let nothing through', LIMIT_HINT),
  setting("an absurd limit", LIMITS, "$2000000000/month", '"$2000000000/month" would limit nothing', LIMIT_HINT),
  setting("a limit said twice", LIMITS, "$5/day, $6/day", "limits money a day twice", LIMIT_HINT),
  setting("a day that may cost more than its month", LIMITS, "$20/day, $10/month", "allows a day more than its month", LIMIT_HINT),
  setting("a limit of a team that is not there", "ARMADA_BUDGETS_TEAMS_NOBODY", "$5/day", "there is no team nobody", "teams: content"),
  setting("an unknown time zone", "ARMADA_BUDGETS_ZONE", "Europe/Berln", '"Europe/Berln" is no time zone', "Europe/Berlin or UTC"),
  setting("a lease too short", "ARMADA_BUDGETS_LEASE", "1s", "a lease has 2s to 10m"),
  setting("a downgrade that could never come", "ARMADA_BUDGETS_DOWNGRADE_AT", "80", "expected number to be <=1"),
  setting("a policy that is none", "ARMADA_BUDGETS_AT_LIMIT", "explode", '"wait"|"fallback"|"stop"'),
  setting(
    "a price that is none",
    "ARMADA_MODELS_PRICES",
    "gpt-x: cheap",
    '"cheap" of gpt-x is not understood',
    'write "gpt-x: $1.25 in, $10 out',
  ),
  agent(
    "an agent's budget that is none",
    "BAD_LIMIT",
    'limits: { budget: "5 dollars" }',
    'agent frugal: limits.budget: "5 dollars" is no limit',
    LIMIT_HINT,
  ),
  agent(
    "a limit a run for one agent",
    "BAD_LIMIT",
    'limits: { budget: "$1/run" }',
    "limits a run, which is a team's to limit",
    "budgets.teams of armada.config.ts",
  ),
  agent("a cached answer's life out of range", "BAD_CACHE", 'cache: { ttl: "2d" }', "agent frugal: cache.ttl is 2d", "1h to 24h"),
  agent("a batch out of range", "BAD_BATCH", 'batch: { max: 1, within: "2s" }', "agent frugal: batch is 1 within 2s", "2 to 100 questions"),
  model(
    "an unknown model",
    "there",
    "MODEL_UNKNOWN",
    "the API does not know the model claude-nowhere-1",
    "models.tiers of armada.config.ts",
    {
      ARMADA_MODELS_TIERS_WORKER: "claude-nowhere-1",
      ARMADA_MODELS_PRICES: "claude-nowhere-1: $1 in, $5 out",
    },
  ),
  {
    ...model(
      "a model that its provider ends",
      "there",
      "MODEL_ENDS",
      "ends the model claude-haiku-5-5 on 2027-01-14",
      "models.tiers of armada.config.ts",
      {
        ARMADA_MODELS_PRICES: "claude-haiku-5-5: $1 in, $5 out, ends 2027-01-14",
      },
    ),
    exit: 0,
  },
  model(
    "a model without a price",
    "there",
    "MODEL_PRICE_MISSING",
    'no price is known for the model "claude-nowhere-1"',
    "models.prices in armada.config.ts",
    {
      ARMADA_MODELS_TIERS_WORKER: "claude-nowhere-1",
    },
  ),
  model("a model of a provider that is not set up", undefined, "MODEL_NOT_CONFIGURED", "openai/gpt-x", "models.tiers of armada.config.ts", {
    ARMADA_MODELS_TIERS_WORKER: "openai/gpt-x",
  }),
  model(
    "a key that is refused",
    "refusing",
    "MODEL_KEY_REFUSED",
    "ANTHROPIC_API_KEY is set, but the API refused the key",
    "unset it to use the local model",
  ),
  model(
    "a provider that is down",
    "down",
    "MODEL_UNREACHABLE",
    "the API cannot be reached",
    "check the network and the provider's address",
  ),
  refused(
    "a contract's spend limit that is reached (429)",
    "there",
    429,
    { type: "rate_limit_error", message: "limit reached", details: { error_code: "contract_spend_limit_reached" } },
    ["MODEL_SPEND_LIMIT", "has reached its spend limit (429", "raise the limit under Billing at platform.claude.com"],
  ),
  refused(
    "a tier's spend limit that is reached (429)",
    "there",
    429,
    { type: "rate_limit_error", message: "limit reached", details: { error_code: "enforced_spend_limit_reached" } },
    ["MODEL_SPEND_LIMIT", "has reached its spend limit (429", "armada runs retry ID"],
  ),
  refused(
    "an organisation on hold (400)",
    "there",
    400,
    { type: "invalid_request_error", message: "organization disabled", details: { error_code: "organization_on_hold" } },
    ["MODEL_ACCOUNT_ON_HOLD", "is on hold (400", "settle it with the provider"],
  ),
  refused(
    "a key of a LiteLLM proxy whose budget is spent (422)",
    "proxy",
    422,
    { message: "Budget has been exceeded! Current cost: 0.3, Max budget: 0.1", type: "budget_exceeded", param: null, code: "422" },
    ["MODEL_SPEND_LIMIT", "Budget has been exceeded", "raise the budget at the LiteLLM proxy"],
  ),
  refused(
    "a deployment of a LiteLLM proxy whose budget is spent (429)",
    "proxy",
    429,
    {
      message: "No deployments available - crossed budget: Exceeded budget for deployment",
      type: "internal_server_error",
      param: null,
      code: "429",
    },
    ["MODEL_SPEND_LIMIT", "crossed budget", "raise the budget at the LiteLLM proxy"],
  ),
  refused(
    "a model that a LiteLLM proxy does not have (400)",
    "proxy",
    400,
    { message: "Invalid model name passed in model=gpt-x.", type: "invalid_request_error", param: null, code: "400" },
    ["MODEL_UNKNOWN", "the API does not know the model gpt-x", "models.tiers of armada.config.ts"],
  ),
  usage("costs since no time", ["costs", "--since", "yesterday"], "--since yesterday is neither a time nor a length of time", "use 24h"),
  usage("costs since the future", ["costs", "--since", "2999-01-01"], "--since 2999-01-01 is no time that has been", "use 24h"),
  usage(
    "costs by what they are not told by",
    ["costs", "--by", "moon"],
    "--by moon is nothing that costs are told by",
    "team, agent, workflow, run, outcome",
  ),
  usage(
    "usage of no address",
    ["budgets", "reconcile", "--usage", "nowhere"],
    "--usage nowhere is no address",
    "write http://127.0.0.1:4790",
  ),
];

/** Said by a run, on a mesh. */
export const limitTooLow: MoneyError = {
  wrong: "a limit below what one call may cost",
  command: ["run", "spender.spend", "--wait"],
  agent: 'limits: { budget: "$0.000001/day" }',
  provider: "there",
  code: "BUDGET_EXHAUSTED",
  says: "which is over agent frugal's $0.000001 a day",
  next: "raise the limit, or lower the maxTokens",
  exit: 1,
};
