import { isDeepStrictEqual } from "node:util";
import type { Team } from "@armada/agents";
import type { Log } from "@armada/event-sourcing";
import { periodOf } from "@armada/ledger/periods";
import type { Config } from "@armada/runtime";
import { limitsOf } from "@armada/runtime/team-limits";
import type { MeshFile } from "../mesh/mesh-file.ts";
import { dollars } from "../money/dollars.ts";
import { ledgersBack } from "../money/ledgers.ts";
import type { Finding } from "./trouble.ts";

/** From this age on nobody is expected to say what a suspect cost. */
const OLD_MS = 24 * 3_600_000;
const TEAMS = "budgets.teams.";

type Budgets = Pick<Config["budgets"], "teams" | "zone" | "fleet">;

/** The budgets that the running mesh was started with; those of the configuration, which is read then, where its file says none. */
export async function budgetsInForce(settings: MeshFile["settings"], config: () => Promise<Pick<Config, "budgets">>): Promise<Budgets> {
  if (settings === undefined) return (await config()).budgets;
  const said = settings.flatMap(({ path, value }): [string, string][] =>
    path.startsWith(TEAMS) && typeof value === "string" ? [[path.slice(TEAMS.length), value]] : [],
  );
  const zone = settings.find(({ path }) => path === "budgets.zone")?.value;
  const fleet = settings.find(({ path, from }) => path === "budgets.fleet" && from !== "built-in")?.value; // unset, it says so in words
  return {
    teams: Object.fromEntries(said),
    zone: typeof zone === "string" && zone !== "" ? zone : (await config()).budgets.zone,
    ...(typeof fleet === "string" ? { fleet } : {}),
  };
}

/** What is wrong with a team's ledgers: suspects that nobody reconciled for a day, and limits that are not the configuration's. */
export async function examineLedgers(log: Pick<Log, "last">, team: Team, budgets: Budgets, now: number): Promise<Finding[]> {
  const ledgers = await ledgersBack(log, team.name, now, budgets.zone);
  const old = ledgers.flatMap(({ state }) => Object.values(state.suspects)).filter(({ at }) => now - at > OLD_MS);
  const most = old.reduce((sum, { ceiling }) => sum + ceiling.micros, 0);
  const current = ledgers.find(({ month }) => month === periodOf(now, budgets.zone).month);
  const differ = current !== undefined && !isDeepStrictEqual(limitsAsStored(team, budgets), current.state.limits);
  return [
    ...(old.length === 0
      ? []
      : [
          {
            name: `${team.name}: suspects older than 24 h`,
            value: `${old.length} of at most ${dollars(most)}`,
            ok: false,
            next: "they are never freed by themselves: armada budgets suspects, then armada budgets reconcile",
          },
        ]),
    ...(differ
      ? [
          {
            name: `${team.name}: limits of the ledger`,
            value: "other than configured",
            ok: false,
            next: "they come into force as the team starts: start the mesh again",
          },
        ]
      : []),
  ];
}

/** As they come back from the log: what is not said is not there. */
function limitsAsStored(team: Team, budgets: Budgets): unknown {
  return JSON.parse(JSON.stringify(limitsOf(team, budgets)));
}
