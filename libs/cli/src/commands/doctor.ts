import { arch, platform } from "node:os";
import { readRun, type Team, viewOf } from "@armada/agents";
import { parseSubject } from "@armada/contracts";
import type { Message } from "@armada/event-sourcing";
import { modelsFrom, sourceOf } from "@armada/runtime";
import { EXIT } from "../exit.ts";
import { DEFAULT_FILE, HOME, isAlive, readMesh } from "../mesh/mesh-file.ts";
import type { Output } from "../output.ts";
import { openSession, type Session } from "../session.ts";

type Finding = {
  readonly name: string;
  readonly value: string | number;
  readonly from?: string;
  readonly ok: boolean;
  readonly next?: string;
};

/** Every value in force and where it came from; what is wrong with the mesh, and what to do. */
export async function doctorCommand(teams: readonly Team[], flags: { mesh?: string }, out: Output): Promise<number> {
  const findings: Finding[] = environment();
  const mesh = await readMesh(flags.mesh ?? DEFAULT_FILE);
  const running = (mesh !== undefined && isAlive(mesh.pid)) || process.env.NATS_URL !== undefined;
  findings.push({
    name: "mesh",
    value: running ? (mesh?.nats ?? process.env.NATS_URL ?? "") : "none runs here",
    from: mesh === undefined ? "" : (flags.mesh ?? DEFAULT_FILE),
    ok: true,
    ...(running ? {} : { next: "npx armada up" }),
  });
  if (running) {
    const session = await openSession(flags.mesh, () => undefined);
    for (const team of teams) findings.push(...(await examine(session, team)));
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

function environment(): Finding[] {
  const { env } = process;
  const set = (name: string, otherwise: string): Finding => ({
    name,
    value: env[name] ?? otherwise,
    from: env[name] === undefined ? "built-in" : "environment",
    ok: true,
  });
  return [
    { name: "node", value: `${process.version} ${platform()} ${arch()}`, ok: true },
    { name: "nats-server", value: env.ARMADA_NATS_SOURCE ?? env.ARMADA_NATS_SERVER ?? "not found", from: "bootstrap", ok: true },
    {
      name: "models",
      value: modelsFrom(env).provider,
      from: env.ANTHROPIC_API_KEY === undefined ? "built-in" : "ANTHROPIC_API_KEY",
      ok: true,
    },
    set("OTEL_EXPORTER_OTLP_ENDPOINT", "no traces are sent"),
    set("NATS_URL", "our own server"),
    set("NATS_CREDS", `${HOME}/keys`),
    set("ARMADA_GATEWAY_PORT", "4780, else the next free one"),
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
