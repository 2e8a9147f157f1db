import { defaultTiers } from "./default-tiers.ts";
import { ModelError, type ModelErrorCode } from "./errors.ts";
import type { Models, Tier } from "./port.ts";
import type { Price } from "./pricing/prices.ts";
import type { Warming } from "./prompt-cache/prefix-warmth.ts";
import { anthropicBatches } from "./providers/anthropic/batches.ts";
import { type AnthropicModels, type AnthropicOptions, anthropicModels } from "./providers/anthropic/models.ts";
import type { ProviderBatches } from "./providers/batches.ts";
import { openaiModels } from "./providers/openai/models.ts";
import { missingModels, notConfigured, type Provider, type Route, routeOf } from "./route.ts";

/** What is wrong with a model before anyone asked it anything; `line` is for people. */
export type ModelProblem = { readonly model: string; readonly code: ModelErrorCode | "MODEL_ENDS"; readonly line: string };

/** The models of all tiers, and what is known of those who serve them. */
export type ChosenModels = {
  /** `anthropic`, `openai` or `local`; several, in the order of the tiers, joined by ` and `. */
  readonly provider: string;
  readonly models: Models;
  /** Keeps prompts that come again in the provider's cache between their uses, where a provider has one and that pays. */
  keepWarm(warming: Warming): void;
  /** Message Batches, where the tier's provider has them. */
  batches(tier: Tier): ProviderBatches | undefined;
  /** Which model serves a tier; `local` for each without a key. */
  readonly tiers: Readonly<Record<Tier, string>>;
  /** Who serves a tier: each has limits and outages of its own. */
  readonly providers: Readonly<Record<Tier, Provider>>;
  /**
   * Asks the providers, free of charge, whether they are there and accept the key and each tier's model.
   * @returns one line for each that is not well: a refused key, an unknown model, a missing price, a provider that is down, a model that the
   * provider ends.
   */
  problems(signal: AbortSignal): Promise<readonly ModelProblem[]>;
  /**
   * @returns the first of `problems` that calls will not survive by their own attempts; undefined where there is none, or
   * only the network failed.
   */
  checkKey(signal: AbortSignal): Promise<string | undefined>;
};

/**
 * What models are chosen by. `env`: the environment, where the providers' keys and addresses stand. `local`: made only where a tier
 * has no provider. `tiers`: `defaultTiers` unless said. `prices`: those of `listPrices` unless said. `contextCaching`: true unless said.
 */
export type ChooseOptions = {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly local: () => Models;
  /** Names as `routeOf` reads them. */
  readonly tiers?: Partial<Record<Tier, string>>;
  readonly prices?: readonly Price[];
  readonly contextCaching?: boolean;
  readonly fetch?: typeof globalThis.fetch;
  /** Milliseconds since 1970, for the price in force; the clock unless given. */
  readonly now?: () => number;
};

type Checked = Models & Partial<Pick<AnthropicModels, "check" | "endOf" | "keepWarm">>;
const TIERS: readonly Tier[] = ["worker", "specialist", "orchestrator"];

/**
 * A model for each tier: Claude where `ANTHROPIC_API_KEY` is set (at `ANTHROPIC_BASE_URL`), an OpenAI-compatible server's where
 * a tier names it and `OPENAI_BASE_URL` or `OPENAI_API_KEY` is set, else the local model.
 */
export function chooseModels(options: ChooseOptions): ChosenModels {
  const named = { ...defaultTiers, ...options.tiers };
  const reachable = { anthropic: set(options, "ANTHROPIC_API_KEY"), openai: set(options, "OPENAI_BASE_URL", "OPENAI_API_KEY") };
  const route = (tier: Tier): Route => routeOf(named[tier], reachable);
  const routes = { worker: route("worker"), specialist: route("specialist"), orchestrator: route("orchestrator") };
  const modelOf = (tier: Tier): string => routes[tier].model;
  const made = new Map<Provider, Checked>();
  for (const { provider } of Object.values(routes)) if (!made.has(provider)) made.set(provider, make(provider, options, modelOf));
  const serving = (tier: Tier): Checked => made.get(routes[tier].provider) ?? missingModels(modelOf);

  const problems = async (signal: AbortSignal): Promise<readonly ModelProblem[]> => {
    const tiers = TIERS.filter((tier, i) => TIERS.findIndex((other) => named[other] === named[tier]) === i);
    const checked = await Promise.allSettled(
      tiers.map(async (tier) => {
        await serving(tier).check?.(tier, signal);
        return serving(tier).endOf?.(tier, signal);
      }),
    );
    signal.throwIfAborted();
    const found = checked.flatMap((one, i) => {
      const at = routes[tiers[i] ?? "worker"];
      return one.status === "rejected" ? problemOf(one.reason, at, options) : one.value === undefined ? [] : endOf(at.model, one.value);
    });
    return found.filter(({ line }, i) => found.findIndex((other) => other.line === line) === i);
  };
  const [only, ...others] = made.values();
  const batches = made.has("anthropic") ? anthropicBatches(anthropicOptions(options, modelOf)) : undefined;
  return {
    provider: [...made.keys()].map((provider) => (provider === "missing" ? "openai (not set up)" : provider)).join(" and "),
    models:
      only !== undefined && others.length === 0
        ? only
        : { call: (request, signal, call) => serving(request.tier).call(request, signal, call) },
    keepWarm: (warming) => {
      for (const one of made.values()) one.keepWarm?.(warming);
    },
    batches: (tier) => (routes[tier].provider === "anthropic" ? batches : undefined),
    tiers: { worker: modelOf("worker"), specialist: modelOf("specialist"), orchestrator: modelOf("orchestrator") },
    providers: { worker: routes.worker.provider, specialist: routes.specialist.provider, orchestrator: routes.orchestrator.provider },
    problems,
    checkKey: async (signal) => (await problems(signal)).find(({ code }) => !PASSING.has(code))?.line,
  };
}

function endOf(model: string, day: string): ModelProblem[] {
  const line = `the provider ends the model ${model} on ${day}: name another model for this tier in models.tiers of armada.config.ts`;
  return [{ model, code: "MODEL_ENDS", line }];
}

/** What the calls survive, or survive by their own attempts. */
const PASSING = new Set<ModelProblem["code"]>([
  "MODEL_ENDS",
  "MODEL_UNREACHABLE",
  "MODEL_OVERLOADED",
  "MODEL_RATE_LIMITED",
  "MODEL_STREAM_BROKEN",
]);

function make(provider: Provider, options: ChooseOptions, modelOf: (tier: Tier) => string): Checked {
  switch (provider) {
    case "anthropic":
      return anthropicModels(anthropicOptions(options, modelOf));
    case "openai": {
      const { OPENAI_API_KEY: key, OPENAI_BASE_URL: url } = options.env;
      return openaiModels({ ...sharedOptions(options, modelOf), apiKey: key?.trim() || undefined, baseURL: url?.trim() || undefined });
    }
    case "local":
      return options.local();
    case "missing":
      return { ...missingModels(modelOf), check: (tier) => Promise.reject(notConfigured(modelOf(tier))) };
  }
}

function anthropicOptions(options: ChooseOptions, modelOf: (tier: Tier) => string): AnthropicOptions {
  const { ANTHROPIC_API_KEY: key, ANTHROPIC_BASE_URL: url } = options.env;
  const { contextCaching = true } = options;
  return { ...sharedOptions(options, modelOf), apiKey: key?.trim() ?? "", baseURL: url?.trim() || undefined, contextCaching };
}

function sharedOptions({ prices, fetch, now }: ChooseOptions, modelOf: (tier: Tier) => string) {
  return {
    modelOf,
    ...(prices === undefined ? {} : { prices }),
    ...(fetch === undefined ? {} : { fetch }),
    ...(now === undefined ? {} : { now }),
  };
}

function problemOf(thrown: unknown, { provider, model }: Route, options: ChooseOptions): ModelProblem[] {
  if (!(thrown instanceof ModelError)) return [];
  const { code, message, hint } = thrown;
  if (code !== "MODEL_KEY_REFUSED") return [{ model, code, line: `${message}: ${hint}` }];
  const key = provider === "openai" ? "OPENAI_API_KEY" : "ANTHROPIC_API_KEY";
  const line = set(options, key)
    ? `${key} is set, but ${message}: correct it, or unset it to use the local model`
    : `${key} is not set, and ${message}: set it, or name another model for this tier`;
  return [{ model, code, line }];
}

function set({ env }: ChooseOptions, ...names: readonly string[]): boolean {
  return names.some((name) => (env[name]?.trim() ?? "") !== "");
}
