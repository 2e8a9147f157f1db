import { arch, platform } from "node:os";
import { readRun, type Team, viewOf } from "@armada/agents";
import { parseSubject } from "@armada/contracts";
import type { Message } from "@armada/event-sourcing";
import { modelsFrom, sourceOf } from "@armada/runtime";
import { EXIT } from "../exit.ts";
import { DEFAULT_FILE, HOME, isAlive, type MeshFile, readMesh } from "../mesh/mesh-file.ts";
import type { Output } from "../output.ts";
import { openSession, type Session } from "../session.ts";
import { settingsFor } from "../settings.ts";

type Finding = {
  readonly name: string;
  readonly value: string | number | boolean;
  readonly from?: string;
  readonly ok: boolean;
  readonly next?: string;
};

/** Every value in force and where it came from; what is wrong with the mesh, and what to do. */
export async function doctorCommand(teams: readonly Team[], flags: { mesh?: string; config?: string }, out: Output): Promise<number> {
  const found = await readMesh(flags.mesh ?? DEFAULT_FILE);
  const mesh = found !== undefined && isAlive(found.pid) ? found : undefined;
  const running = mesh !== undefined || process.env.NATS_URL !== undefined;
  const findings = await environment(flags, mesh?.settings);
  findings.push({
    name: "mesh",
    value: running ? (mesh?.nats ?? process.env.NATS_URL ?? "") : "none runs here",
    from: mesh === undefined ? "" : (flags.mesh ?? DEFAULT_FILE),
    ok: true,
    ...(running ? {} : { next: "npx armada up" }),
  });
  if (running) {
    const session = await openSession(flags.mesh, () => undefined);
    for (const team of await session.present(teams)) findings.push(...(await examine(session, team)));
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
async function environment(flags: { config?: string }, settings: MeshFile["settings"]): Promise<Finding[]> {
  const { env } = process;
  const { config, list } = await settingsFor(flags);
  const values = settings ?? list.map(({ path, value, from, unset }) => ({ path, value: value ?? unset ?? "", from }));
  const key = env.ANTHROPIC_API_KEY === undefined ? "built-in" : "ANTHROPIC_API_KEY";
  const endpoint = env.OTEL_EXPORTER_OTLP_ENDPOINT;
  return [
    { name: "node", value: `${process.version} ${platform()} ${arch()}`, ok: true },
    { name: "nats-server", value: env.ARMADA_NATS_SOURCE ?? env.ARMADA_NATS_SERVER ?? "not found", from: "bootstrap", ok: true },
    { name: "models", value: modelsFrom(env, config.models).provider, from: key, ok: true },
    { name: "traces", value: endpoint ?? "not sent", from: endpoint === undefined ? "built-in" : "OTEL_EXPORTER_OTLP_ENDPOINT", ok: true },
    ...values.map(({ path, value, from }) => ({ name: path, value, from, ok: true })),
  ];
}

/** Reads the whole stream, so what was never taken by a reader is counted here exactly. */
async function examine(session: Session, team: Team): Promise<Finding[]> {
  const byRun = new Map<string, Message[]>();
  let taken = 0;
  const log = session.log(team.name);
  await log.scan([">"], 0, (message) => {
    taken++;
    const subject = parseSubject(message.subject);
    if (subject?.kind === "journal" && subject.branch === undefined) byRun.set(subject.run, [...(byRun.get(subject.run) ?? []), message]);
  });
  const forged = (await log.head()) - taken;
  const findings: Finding[] = [
    { name: `${team.name}: messages`, value: taken, ok: true },
    {
      name: `${team.name}: forged, not taken`,
      value: forged,
      ok: forged === 0,
      ...(forged === 0 ? {} : { next: `see the warnings in ${HOME}/logs/${team.name}.log` }),
    },
  ];
  for (const [run, messages] of byRun) {
    const state = readRun(messages);
    if (state.ended !== undefined) continue;
    const served = team.workflows.find((one) => one.name === state.workflow && one.version === state.version);
    const name = `${team.name}: ${run}`;
    if (served === undefined)
      findings.push({
        name,
        value: `open, and nobody serves ${state.workflow} v${state.version}`,
        ok: false,
        next: `keep that version in workflows: […], or armada runs move ${run} --to N`,
      });
    else if (state.source !== "" && sourceOf(served) !== state.source)
      findings.push({
        name,
        value: `open, and ${state.workflow} v${state.version} was edited since it started`,
        ok: true,
        next: "give an edited workflow a new version, beside the old one",
      });
    else if (["parked", "stopped"].includes(viewOf(team.name, run, state).status))
      findings.push({ name, value: viewOf(team.name, run, state).status, ok: false, next: `armada runs show ${run}` });
  }
  return findings;
}
