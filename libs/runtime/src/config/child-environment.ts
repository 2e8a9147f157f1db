import { namesIn, PROVIDER_KEYS, variableFor } from "./process-secrets.ts";
import type { Config } from "./schema.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** What any program needs to run: where it finds others, its language and time zone, and how Node runs it. */
const ANY =
  /^(?:PATH|HOME|USER|LANG|LC_[A-Z]+|TZ|TMPDIR|NODE_(?:OPTIONS|COMPILE_CACHE(?:_PORTABLE)?|EXTRA_CA_CERTS|ENV|USE_ENV_PROXY|USE_SYSTEM_CA))$/;
/** How a service reaches the network and whom it tells of its traces. */
const NETWORK = /^(?:(?:HTTPS?|NO|ALL)_PROXY|SSL_CERT_(?:FILE|DIR)|OTEL_[A-Z_]+)$/i;
/** Settings of Armada's, without what only the gateway takes. */
const SETTINGS = /^ARMADA_(?!GATEWAY_KEY)/;
const PROVIDERS = ["ANTHROPIC_BASE_URL", "OPENAI_BASE_URL"];

export type ServiceOf = { readonly team: string; readonly agents: boolean };

/**
 * What a team's service gets of the environment of whoever starts it: what any program needs, Armada's settings, the providers'
 * keys where the team has agents, and what `secrets` and `variables` of the configuration name for it; nothing of another team's.
 */
export function serviceEnvironment(
  env: Env,
  { team, agents }: ServiceOf,
  config: Pick<Config, "secrets" | "variables">,
): Record<string, string> {
  const secrets = [...(agents ? PROVIDER_KEYS : []), ...namesIn(config.secrets[team])];
  const plain = new Set([...(agents ? PROVIDERS : []), ...namesIn(config.variables[team])]);
  const given = Object.entries(env).filter(([name]) => ANY.test(name) || NETWORK.test(name) || SETTINGS.test(name) || plain.has(name));
  const own = secrets.flatMap((name) => {
    const said = variableFor(env, name, team);
    return said === undefined ? [] : [[said.file ? `${name}_FILE` : name, env[said.variable]] as const];
  });
  return Object.fromEntries([...given, ...own].flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}
