import { startTestMesh } from "@armada/nats/testing";
import { openOurs, startOurs } from "../place.ts";
import { interleaved, type Options, type Row, type Series, type Sync } from "../row.ts";
import { benchTeam, IN_FLIGHT, topology } from "../team.ts";
import { idsOf, stepsOf } from "./steps.ts";

/** Runs of one step: as many asks, whose signatures nobody checks behind walls, as there are steps. */
const ASKS = 1_024;
const TEAMS = 30;
const WARM = 4;

/** What an account for each team costs: each side's figure behind walls against the same in one account. */
export const walls: Row = {
  name: "walls",
  syncs: ["always", "100ms"],
  short: [],
  processes: 1,
  runs: "hot",
  about: "`raw` is the same engine in one account; two servers stand side by side and work by turns",
  measure: async (options) => [...(await working(options)), await starting(options)],
};

async function working(options: Options): Promise<readonly Series[]> {
  await using walled = await openOurs(options.sync, { walled: true });
  await using one = await openOurs(options.sync, { walled: false });
  await using _walled = await startOurs(walled.mesh);
  await using _one = await startOurs(one.mesh);
  const places = [walled, one];
  for (let round = 0; round < WARM; round++) for (const place of places) await place.run("chain", idsOf("warm", round), 20);
  const count = stepsOf(options);
  const perSecond = (ms: number, times: number): number => (times * 1_000) / ms;
  const steps = (place: typeof walled) => async (round: number) =>
    perSecond(await place.run("chain", idsOf("steps", round), count), count * IN_FLIGHT);
  const asks = (place: typeof walled) => async (round: number) => perSecond(await place.run("chain", idsOf("asks", round, ASKS), 1), ASKS);
  return [
    { name: "walls-steps", ...(await interleaved(options, steps(walled), steps(one))), unit: "steps/s", target: { andRatio: 0.95 } },
    { name: "walls-asks", ...(await interleaved(options, asks(walled), asks(one))), unit: "asks/s", target: { andRatio: 0.95 } },
  ];
}

/** From nothing to a server with thirty teams on it, each connected; told as starts a minute, so that more is better as above. */
async function starting(options: Options): Promise<Series> {
  const start = (walled: boolean) => () => perMinute(options.sync, walled);
  return {
    name: "walls-start-30",
    ...(await interleaved(options, start(true), start(false))),
    unit: "starts/min",
    target: { andRatio: 0.95 },
  };
}

async function perMinute(syncInterval: Sync, walled: boolean): Promise<number> {
  const names = Array.from({ length: TEAMS }, (_, i) => `team${i}`);
  const began = performance.now();
  await using mesh = await startTestMesh(
    names.map((name) => topology(benchTeam(name))),
    { syncInterval, walled },
  );
  await Promise.all(names.map((name) => mesh.connect(name)));
  return 60_000 / (performance.now() - began);
}
