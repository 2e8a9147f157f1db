import { examine, examineTroubles } from "@armada/operations/health/examine";
import { budgetsInForce, examineLedgers } from "@armada/operations/health/examine-ledger";
import { lookedAt } from "@armada/operations/health/looked-at";
import { streamsGone } from "@armada/operations/health/room";
import type { Finding } from "@armada/operations/health/trouble";
import { DEFAULT_FILE, isAlive, type MeshFile, readMesh } from "@armada/operations/mesh/mesh-file";
import type { MeshTeam } from "@armada/operations/mesh/mesh-team";
import { openSession } from "@armada/operations/mesh/session";
import { EXIT } from "../exit.ts";
import type { Output } from "../output.ts";
import { loadDefinitions, serviceNames } from "../project.ts";
import { sayRows } from "../render/fitted.ts";
import { oneLine } from "../render/one-line.ts";
import { meshTeams, teamsGone, unmetWants } from "../teams.ts";

/** `whole`: every message of the streams is looked at, however many there are. */
export type DoctorFlags = { readonly mesh?: string; readonly config?: string; readonly whole?: boolean };

/** What is wrong with the mesh, and what to do; what else was looked at; every value in force and where it came from. */
export async function doctorCommand(flags: DoctorFlags, out: Output): Promise<number> {
  const found = await readMesh(flags.mesh ?? DEFAULT_FILE);
  const mesh = found !== undefined && isAlive(found.pid) ? found : undefined;
  const running = mesh !== undefined || process.env.NATS_URL !== undefined;
  const settings = await inForce(mesh, flags);
  const findings: Finding[] = [
    {
      name: "mesh",
      value: running ? (mesh?.nats ?? process.env.NATS_URL ?? "") : "none runs here",
      from: mesh === undefined ? "" : (flags.mesh ?? DEFAULT_FILE),
      ok: true,
      ...(running ? {} : { next: "npx armada up" }),
    },
    ...(running ? await onMesh(mesh, flags) : []),
  ];
  findings.push(...(await inProject(new Set(findings.map(({ name }) => name)))));
  return sayFindings(findings, settings, out);
}

/** Prints what is wrong first, wherever it was found, then what else was found, then what is set. @returns the exit code */
export function sayFindings(findings: readonly Finding[], settings: readonly Finding[], out: Output): number {
  const all = [...findings, ...settings].toSorted((one, other) => Number(one.ok) - Number(other.ok));
  const rows = all.map(({ ok, name, value, from, next }) => {
    const row = `${ok ? "✓" : "✗"} ${name.padEnd(34)} ${oneLine(String(value))}${from ? `  (${from})` : ""}`;
    return next === undefined ? [row] : [row, `    ${next}`];
  });
  for (const finding of all) out.emit({ type: "finding", ...finding });
  sayRows(rows.flat(), "armada doctor --json", out.say);
  return all.every(({ ok }) => ok) ? EXIT.ok : EXIT.failed;
}

/** What the running mesh was started with, whatever the shell of this command says; without one, what a start here would take. */
async function inForce(mesh: MeshFile | undefined, flags: { config?: string }): Promise<Finding[]> {
  if (mesh?.environment !== undefined && mesh.settings !== undefined)
    return [...mesh.environment, ...mesh.settings.map(({ path, value, from }) => ({ name: path, value, from, ok: true }))];
  const [{ environmentFindings }, { settingsFor }] = await Promise.all([import("../environment.ts"), import("../settings.ts")]);
  const { config, list } = await settingsFor(flags);
  return [
    ...(await environmentFindings(process.env, config, await serviceNames())),
    ...list.map(({ path, value, from, unset }) => ({ name: path, value: value ?? unset ?? "", from, ok: true })),
  ];
}

async function onMesh(mesh: MeshFile | undefined, flags: DoctorFlags): Promise<Finding[]> {
  const session = await openSession(flags.mesh, () => undefined);
  try {
    const budgets = await budgetsInForce(mesh?.settings, async () => (await (await import("../settings.ts")).settingsFor(flags)).config);
    const ofTeam = async (team: MeshTeam): Promise<Finding[]> => {
      const about = await lookedAt(session, team);
      const { name, definition } = team;
      const found = await Promise.all([
        examine(about, flags.whole),
        examineTroubles(about),
        ...(definition === undefined ? [] : [examineLedgers(session.log(name), definition, budgets, Date.now())]),
      ]);
      return found.flat();
    };
    const found = await Promise.all((await meshTeams(session)).map(ofTeam));
    const gone = (await teamsGone(session)).map((name): Finding => {
      const { code, message, next = "" } = streamsGone([`TEAM_${name}`]);
      return { name: `${name}: ${code}`, value: message, ok: false, next };
    });
    return [...gone, ...(await unmetWants(session)), ...found.flat()];
  } finally {
    await session.close();
  }
}

/** Teams that would not start, those that were named before left out. */
async function inProject(said: ReadonlySet<string>): Promise<Finding[]> {
  return [...(await loadDefinitions())].flatMap(([name, one]) =>
    "team" in one || said.has(`${name}: ${one.broken.code}`)
      ? []
      : [
          {
            name: `${name}: ${one.broken.code}`,
            value: one.broken.message,
            ok: false,
            ...(one.broken.hint === undefined ? {} : { next: one.broken.hint }),
          },
        ],
  );
}
