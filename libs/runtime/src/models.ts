import { knowSecrets } from "@armada/contracts";
import { type ChosenModels, chooseModels, type Models, pricesFrom } from "@armada/models";
import { readSecrets } from "./config/process-secrets.ts";
import type { Config } from "./config/schema.ts";

/** The models of this process: a provider's where its key, the key's file or its address is in the environment, else the local model. @throws ArmadaError `BAD_CONFIG` for a file that cannot be read */
export function modelsFrom(
  env: Readonly<Record<string, string | undefined>>,
  { tiers, prices, contextCaching }: Config["models"],
): ChosenModels {
  const secrets = readSecrets(env);
  knowSecrets(Object.values(secrets));
  return chooseModels({
    env: { ...env, ...secrets },
    local: () => lazyLocalModel(),
    tiers,
    prices: pricesFrom(prices ?? ""),
    contextCaching,
  });
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
