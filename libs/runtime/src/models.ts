import { type ChosenModels, chooseModels, type Models, pricesFrom } from "@armada/models";
import type { Config } from "./config/schema.ts";

/** The models of this process: a provider's where its key or address is in the environment, else the local model. */
export function modelsFrom(
  env: Readonly<Record<string, string | undefined>>,
  { tiers, prices, contextCaching }: Config["models"],
): ChosenModels {
  return chooseModels({ env, local: () => lazyLocalModel(), tiers, prices: pricesFrom(prices ?? ""), contextCaching });
}

/** Loaded with its first question: a replica that asks a provider, or nobody, is 10 MB smaller without it. */
function lazyLocalModel(): Models {
  let loaded: Promise<Models> | undefined;
  return {
    call: async (request, signal) => {
      loaded ??= import("@armada/local-model").then(({ localModel }) => localModel());
      return (await loaded).call(request, signal);
    },
  };
}
