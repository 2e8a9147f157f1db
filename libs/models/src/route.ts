import { ModelError } from "./errors.ts";
import type { Models } from "./port.ts";

/** Who serves a model. `missing`: the provider that a name asks for has neither key nor address. */
export type Provider = "anthropic" | "openai" | "local" | "missing";
export type Route = { readonly provider: Provider; readonly model: string };

/** What of the providers the environment has. */
export type Reachable = { readonly anthropic: boolean; readonly openai: boolean };

/**
 * `openai/NAME` and `anthropic/NAME` name their provider, `local` the local model. Of other names `claude-…` is Anthropic's,
 * and each where there is no OpenAI-compatible server. Without Anthropic's key its models are the local one's.
 */
export function routeOf(name: string, { anthropic, openai }: Reachable): Route {
  if (name === "local") return { provider: "local", model: name };
  const [, said, model = name] = /^(anthropic|openai)\/(.+)$/.exec(name) ?? [];
  if (said === "openai") return { provider: openai ? "openai" : "missing", model };
  if (said === "anthropic" || name.startsWith("claude-") || !openai)
    return anthropic ? { provider: "anthropic", model } : { provider: "local", model: "local" };
  return { provider: "openai", model };
}

/** Serves what names an OpenAI-compatible server that nobody told of. */
export function missingModels(nameOf: (tier: Parameters<Models["call"]>[0]["tier"]) => string): Models {
  return { call: (request) => Promise.reject(notConfigured(nameOf(request.tier))) };
}

export function notConfigured(model: string): ModelError {
  return new ModelError(
    "MODEL_NOT_CONFIGURED",
    `a tier names the model openai/${model}, but neither OPENAI_BASE_URL nor OPENAI_API_KEY is set`,
  );
}
