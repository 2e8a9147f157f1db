import { anthropicModels } from "./anthropic.ts";
import { ModelError } from "./errors.ts";
import type { Models, Tier } from "./port.ts";
import type { Price } from "./prices.ts";
import { defaultTiers } from "./tiers.ts";

export type ChosenModels = {
  readonly provider: "anthropic" | "local";
  readonly models: Models;
  /** Which model serves a tier; `local` for each without a key. */
  readonly tiers: Readonly<Record<Tier, string>>;
  /**
   * Asks the provider, free of charge, whether it accepts the key and each tier's model.
   * @returns one line for people when it does not; undefined when it does, when there is no key, and when only the network
   * failed, which the calls themselves survive by their own attempts.
   */
  checkKey(signal: AbortSignal): Promise<string | undefined>;
};

export type ChooseOptions = {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly local: () => Models;
  readonly tiers?: Partial<Record<Tier, string>>;
  readonly prices?: readonly Price[];
  readonly fetch?: typeof globalThis.fetch;
};

/** Claude when `ANTHROPIC_API_KEY` is set (at `ANTHROPIC_BASE_URL`, where set), else the local model. */
export function chooseModels(options: ChooseOptions): ChosenModels {
  const apiKey = options.env.ANTHROPIC_API_KEY?.trim() ?? "";
  if (apiKey === "") {
    const tiers = { worker: "local", specialist: "local", orchestrator: "local" };
    return { provider: "local", models: options.local(), tiers, checkKey: () => Promise.resolve(undefined) };
  }
  const tiers = { ...defaultTiers, ...options.tiers };
  const models = anthropicModels({
    apiKey,
    baseURL: options.env.ANTHROPIC_BASE_URL?.trim() || undefined,
    modelOf: (tier) => tiers[tier],
    ...(options.prices === undefined ? {} : { prices: options.prices }),
    ...(options.fetch === undefined ? {} : { fetch: options.fetch }),
  });
  return {
    provider: "anthropic",
    models,
    tiers,
    async checkKey(signal) {
      const checked = await Promise.allSettled(distinct(tiers).map((tier) => models.check(tier, signal)));
      signal.throwIfAborted();
      for (const one of checked) if (one.status === "rejected") return lineOf(one.reason);
      return undefined;
    },
  };
}

/** One tier for each model, so that a model named twice is asked for once. */
function distinct(tiers: Readonly<Record<Tier, string>>): Tier[] {
  const all: readonly Tier[] = ["worker", "specialist", "orchestrator"];
  return all.filter((tier, i) => all.findIndex((other) => tiers[other] === tiers[tier]) === i);
}

function lineOf(thrown: unknown): string | undefined {
  if (!(thrown instanceof ModelError)) return undefined;
  if (thrown.code === "MODEL_KEY_REFUSED")
    return `ANTHROPIC_API_KEY is set, but ${thrown.message}: correct it, or unset it to use the local model`;
  if (thrown.code === "MODEL_UNKNOWN") return `${thrown.message}: name another model for this tier in armada.config.ts`;
  return undefined;
}
