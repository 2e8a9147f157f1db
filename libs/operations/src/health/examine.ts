import type { TeamManifest } from "@armada/contracts";
import type { RunState } from "@armada/engine/reading";
import { sourceOf } from "@armada/runtime/workflow-digest";
import { HOME } from "../mesh/mesh-file.ts";
import type { MeshTeam } from "../mesh/mesh-team.ts";
import { troublesOf } from "./looks.ts";
import type { Finding, Looked } from "./trouble.ts";

/** How many of a stream's newest messages are looked at one by one. */
const MOST_LOOKED = 2_000;

/** How many teams a finding names. */
const MOST_NAMED = 5;

/** What a team's stream holds. Of its newest messages those are counted that no reader takes; `whole`: of all that there are. */
export async function examine(about: Looked, whole = false): Promise<Finding[]> {
  const { session, team, open } = about;
  const { name } = team;
  const log = session.log(name);
  const head = await log.head();
  const from = whole ? 0 : Math.max(0, head - MOST_LOOKED);
  let taken = 0;
  let keyless = 0;
  const writers = new Set<string>();
  const upTo = await log.scan(
    [">"],
    from,
    () => taken++,
    (writer) => {
      keyless++;
      writers.add(writer);
    },
  );
  const forged = Math.max(upTo, head) - from - taken - keyless;
  const share = (count: number): string | number => (from === 0 ? count : `${count} of the newest ${MOST_LOOKED}`);
  const { behind } = await session.runs(name);
  const findings: Finding[] = [
    { name: `${name}: messages`, value: head, ok: true },
    {
      name: `${name}: forged, not taken`,
      value: share(forged),
      ok: forged === 0,
      ...(forged === 0 ? {} : { next: `see the warnings in ${HOME}/logs/${name}.log` }),
    },
    ...(keyless === 0
      ? []
      : [
          {
            name: `${name}: of unknown teams, not taken`,
            value: `${share(keyless)}, by ${[...writers].slice(0, MOST_NAMED).join(", ")}${writers.size > MOST_NAMED ? " and more" : ""}`,
            ok: false,
            next: "their keys are not in this mesh: provision a team of it that writes here; what followers passed by stays so",
          },
        ]),
    ...(behind === 0 ? [] : [{ name: `${name}: index of its runs`, value: `is being built, ${behind} messages to go`, ok: true }]),
  ];
  const served = servedBy(team);
  if (served === undefined) return findings;
  const { runs, others } = await open();
  return [
    ...findings,
    ...runs.flatMap(({ view: { run }, state }) => editedRun(name, served, run, state)),
    ...(others === 0 ? [] : [{ name: `${name}: open runs not compared with their code`, value: others, ok: true }]),
  ];
}

/** What is wrong with a team, a finding each. */
export async function examineTroubles(about: Looked, reading = false): Promise<Finding[]> {
  const troubles = await troublesOf(about, reading);
  return troubles.map(({ code, message, next }) => ({
    name: `${about.team.name}: ${code}`,
    value: message,
    ok: false,
    ...(next === undefined ? {} : { next }),
  }));
}

/** A workflow as a team serves it; `source` is the digest of its code. */
type Served = TeamManifest["workflows"][number];

/** By its code where that is here, else as it was provisioned last; undefined where neither tells. */
function servedBy({ definition, manifest }: Pick<MeshTeam, "definition" | "manifest">): readonly Served[] | undefined {
  if (definition === undefined) return manifest?.workflows;
  return definition.workflows.map((one) => ({ name: one.name, version: one.version, source: sourceOf(one) }));
}

/** Of an open run whose code was edited; what holds runs up is told by the team's troubles. */
function editedRun(team: string, served: readonly Served[], run: string, state: RunState): Finding[] {
  const now = served.find((one) => one.name === state.workflow && one.version === state.version);
  if (now === undefined || state.source === "" || now.source === state.source) return [];
  return [
    {
      name: `${team}: ${run}`,
      value: `open, and ${state.workflow} v${state.version} was edited since it started: it stops where the edit does not fit it`,
      ok: false,
      next: "give an edited workflow a new version, beside the old one, which open runs go on with",
    },
  ];
}
