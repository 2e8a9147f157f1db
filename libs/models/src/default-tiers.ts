import type { Tier } from "./port.ts";

/** What a tier means unless configuration says otherwise. */
export const defaultTiers: Readonly<Record<Tier, string>> = {
  worker: "claude-haiku-5-5",
  specialist: "claude-sonnet-5-5",
  orchestrator: "claude-opus-5-5",
};
