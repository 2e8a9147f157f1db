import { arch, platform } from "node:os";
import type { Team } from "@armada/agents";
import { modelsFrom, type Settings } from "@armada/runtime";
import { examine, type Finding } from "../examine.ts";
import { budgetsInForce, examineLedgers } from "../examine-ledger.ts";
import { EXIT } from "../exit.ts";
import { DEFAULT_FILE, isAlive, type MeshFile, readMesh } from "../mesh/mesh-file.ts";
import { modelFindings } from "../model-findings.ts";
import type { Output } from "../output.ts";
import { openSession } from "../session.ts";
import { settingsFor } from "../settings.ts";

/** Every value in force and where it came from; what is wrong with the mesh, and what to do. */
export async function doctorCommand(teams: readonly Team[], flags: { mesh?: string; config?: string }, out: Output): Promise<number> {
  const found = await readMesh(flags.mesh ?? DEFAULT_FILE);
  const mesh = found !== undefined && isAlive(found.pid) ? found : undefined;
  const { config, list } = await settingsFor(flags);
  const running = mesh !== undefined || process.env.NATS_URL !== undefined;
  const findings = await environment({ config, list }, mesh?.settings);
  findings.push({
    name: "mesh",
    value: running ? (mesh?.nats ?? process.env.NATS_URL ?? "") : "none runs here",
    from: mesh === undefined ? "" : (flags.mesh ?? DEFAULT_FILE),
    ok: true,
    ...(running ? {} : { next: "npx armada up" }),
  });
  if (running) {
    const session = await openSession(flags.mesh, () => undefined);
    const budgets = budgetsInForce(config, mesh?.settings);
    for (const team of await session.present(teams))
      findings.push(...(await examine(session, team)), ...(await examineLedgers(session.log(team.name), team, budgets, Date.now())));
    await session.close();
  }
  for (const finding of findings) {
    out.emit({ type: "finding", ...finding });
    out.say(
      `${finding.ok ? "✓" : "✗"} ${finding.name.padEnd(34)} ${finding.value}${finding.from ? `  (${finding.from})` : ""}${finding.next === undefined ? "" : `\n    ${finding.next}`}`,
    );
  }
  return findings.every((finding) => finding.ok) ? EXIT.ok : EXIT.failed;
}

/** `settings`: what the running mesh was started with; without one, what a start would take. */
async function environment({ config, list }: Settings, settings: MeshFile["settings"]): Promise<Finding[]> {
  const { env } = process;
  const chosen = modelsFrom(env, config.models);
  const values = settings ?? list.map(({ path, value, from, unset }) => ({ path, value: value ?? unset ?? "", from }));
  const key = env.ANTHROPIC_API_KEY === undefined ? "built-in" : "ANTHROPIC_API_KEY";
  const endpoint = env.OTEL_EXPORTER_OTLP_ENDPOINT;
  return [
    { name: "node", value: `${process.version} ${platform()} ${arch()}`, ok: true },
    { name: "nats-server", value: env.ARMADA_NATS_SOURCE ?? env.ARMADA_NATS_SERVER ?? "not found", from: "bootstrap", ok: true },
    { name: "models", value: chosen.provider, from: key, ok: true },
    ...(await modelFindings(chosen)),
    { name: "traces", value: endpoint ?? "not sent", from: endpoint === undefined ? "built-in" : "OTEL_EXPORTER_OTLP_ENDPOINT", ok: true },
    ...values.map(({ path, value, from }) => ({ name: path, value, from, ok: true })),
  ];
}
