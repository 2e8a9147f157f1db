import { arch, platform } from "node:os";
import { modelFindings } from "@armada/operations/health/model-findings";
import type { Finding } from "@armada/operations/health/trouble";
import type { Config } from "@armada/runtime";
import { modelsFrom } from "@armada/runtime/models";
import { PROVIDER_KEYS, readSecrets, variableFor } from "@armada/runtime/process-secrets";

/** What services that are started with this environment get from it, and what is wrong with that; no secret is in it. */
export async function environmentFindings(
  env: NodeJS.ProcessEnv,
  { models }: Pick<Config, "models">,
  teams: readonly string[],
): Promise<Finding[]> {
  const chosen = modelsFrom(env, models);
  const key = variableFor(env, "ANTHROPIC_API_KEY")?.variable ?? "built-in";
  const endpoint = env.OTEL_EXPORTER_OTLP_ENDPOINT;
  return [
    { name: "node", value: `${process.version} ${platform()} ${arch()}`, ok: true },
    { name: "nats-server", value: env.ARMADA_NATS_SOURCE ?? env.ARMADA_NATS_SERVER ?? "not found", from: "bootstrap", ok: true },
    { name: "models", value: chosen.provider, from: key, ok: true },
    ...(await modelFindings(chosen)),
    ...(await Promise.all(teams.map((team) => ownKeys(env, models, team)))).flat(),
    { name: "traces", value: endpoint ?? "not sent", from: endpoint === undefined ? "built-in" : "OTEL_EXPORTER_OTLP_ENDPOINT", ok: true },
  ];
}

/** Of a team that has keys of its own. */
async function ownKeys(env: NodeJS.ProcessEnv, models: Config["models"], team: string): Promise<Finding[]> {
  const variables = PROVIDER_KEYS.flatMap((key) => {
    const own = variableFor(env, key, team)?.variable;
    return own === undefined || own === variableFor(env, key)?.variable ? [] : [own];
  });
  if (variables.length === 0) return [];
  const chosen = modelsFrom({ ...env, ...readSecrets(env, team) }, models);
  const name = `models of ${team}`;
  const found = await modelFindings(chosen);
  return [
    { name, value: chosen.provider, from: variables.join(), ok: true },
    ...found.map((one) => ({ ...one, name: `${team}: ${one.name}` })),
  ];
}
