import { arch, platform } from "node:os";
import { modelFindings } from "@armada/operations/health/model-findings";
import type { Finding } from "@armada/operations/health/trouble";
import type { Config } from "@armada/runtime";
import { modelsFrom } from "@armada/runtime/models";
import { variableFor } from "@armada/runtime/process-secrets";

/** What services that are started with this environment get from it, and what is wrong with that; no secret is in it. */
export async function environmentFindings(env: NodeJS.ProcessEnv, { models }: Pick<Config, "models">): Promise<Finding[]> {
  const chosen = modelsFrom(env, models);
  const key = variableFor(env, "ANTHROPIC_API_KEY")?.variable ?? "built-in";
  const endpoint = env.OTEL_EXPORTER_OTLP_ENDPOINT;
  return [
    { name: "node", value: `${process.version} ${platform()} ${arch()}`, ok: true },
    { name: "nats-server", value: env.ARMADA_NATS_SOURCE ?? env.ARMADA_NATS_SERVER ?? "not found", from: "bootstrap", ok: true },
    { name: "models", value: chosen.provider, from: key, ok: true },
    ...(await modelFindings(chosen)),
    { name: "traces", value: endpoint ?? "not sent", from: endpoint === undefined ? "built-in" : "OTEL_EXPORTER_OTLP_ENDPOINT", ok: true },
  ];
}
