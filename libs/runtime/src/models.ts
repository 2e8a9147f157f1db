import { localModel } from "@armada/local-model";
import { type ChosenModels, chooseModels } from "@armada/models";
import type { Config } from "./config/schema.ts";

/** The models of this process: a provider's where its key is in the environment, else the local model. */
export function modelsFrom(env: Readonly<Record<string, string | undefined>>, { tiers }: Config["models"]): ChosenModels {
  return chooseModels({ env, local: () => localModel(), tiers });
}
