import { appendFileSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { copyCheckout } from "../harness/checkout.ts";
import { type Place, place, until, up } from "../harness/product.ts";
import { count, type Figure, holds, none, type Proof } from "../harness/proof.ts";
import { copyTeam } from "../harness/teams.ts";
import { type Journal, journalsOf, stepsOf } from "../judges/journals.ts";
import { allEnded, showRun, startRun } from "../judges/runs.ts";
import { readTeam } from "../judges/streams.ts";

/** How many healthy steps are at work in the two replicas when one of them is held up. */
const PAUSES = 4;

/** A step that holds its replica's event loop for longer than the queue's wait is one execution, and so is each beside it. */
export const run: Proof = async function* ({ short, say }): AsyncGenerator<Figure> {
  using copy = copyCheckout([]);
  copyTeam(copy, "holders");
  using at = place({}, copy.root);
  const notes = join(at.cwd, "executions");
  appendFileSync(notes, "");
  const noted: Place = { ...at, env: { ARMADA_NATS_EXECUTIONS: notes, ARMADA_WATCHDOG: "40s" } };
  await using mesh = await up(["--replicas", "holders=2"], noted);
  const ms = short ? 12_000 : 30_000;
  const runs: Promise<string>[] = [];
  for (let i = 0; i < PAUSES; i++) runs.push(startRun("holders.pause", JSON.stringify({ ms: ms + 6_000 }), noted));
  await Promise.all(runs);
  say(`blocked-event-loop: one of two replicas is held for ${ms / 1_000} s`);
  const spinning = await startRun("holders.spin", JSON.stringify({ ms }), noted);
  const journals = await allEnded("holders", PAUSES + 1, () => mesh.mesh(), ms + 60_000);
  yield count("runs that completed", completed(journals), PAUSES + 1);
  const executions = readFileSync(notes, "utf8").trim().split("\n");
  yield count("executions of the step that holds the loop", executions.filter((line) => line.startsWith("spin")).length, 1);
  yield count("executions of the steps beside it", executions.filter((line) => line.startsWith("pause")).length, PAUSES);
  yield none(
    "attempts that count as interrupted",
    stepsOf(journals.values()).flatMap(({ run, step }) => (step.lost > 0 ? [`${run} ${step.agent}: ${step.lost}`] : [])),
  );
  const log = logsOf(at.cwd);
  yield holds(
    "the log names team, run, step, agent and time",
    log.some((line) => line.run === spinning && line.agent === "spinner" && line.team === "holders" && Number(line.ms) > ms - 2_000),
    JSON.stringify(log.filter((line) => line.ms !== undefined)).slice(0, 800),
  );
  if (short) return;
  say("blocked-event-loop: a loop that never turns again");
  const endless = await startRun("holders.spin", JSON.stringify({ ms: 3_600_000, agent: "endless" }), noted);
  const after = await allEnded("holders", PAUSES + 2, () => mesh.mesh(), 240_000);
  const [lost] = stepsOf(after.values()).filter(({ run }) => run === endless);
  yield count("a step that never lets go: attempts that are interrupted", lost?.step.lost ?? 0, 1);
  yield count("and the attempts that count, apart", lost?.step.charged ?? 0, 2);
  yield count("and then its fallback answers: runs that completed", completed(after), PAUSES + 2);
  say("blocked-event-loop: a workflow function that never lets go");
  const pondering = await startRun("holders.ponder", JSON.stringify({ ms: 3_600_000 }), noted);
  const beside = await startRun("holders.pause", JSON.stringify({ ms: 1_000 }), noted);
  const stopped = await until("its run to be stopped", 180_000, async () => {
    const journal = journalsOf("holders", await readTeam("holders", mesh.mesh())).get(pondering);
    return journal?.events.find(({ type }) => type === "armada.run.stopped");
  });
  yield holds(
    "its run is stopped, and says why",
    (await showRun(pondering, noted)).reason?.code === "WORKFLOW_HELD_LOOP",
    JSON.stringify(stopped),
  );
  const all = await until("what came beside it to end", 60_000, async () => {
    const journals = journalsOf("holders", await readTeam("holders", mesh.mesh()));
    return (journals.get(beside)?.ends.length ?? 0) > 0 ? journals : undefined;
  });
  yield count("what came beside it ended", all.get(beside)?.ends.filter((end) => end === "completed").length ?? 0, 1);
};

function completed(journals: ReadonlyMap<string, Journal>): number {
  return [...journals.values()].filter(({ ends }) => ends.length === 1 && ["completed", "degraded"].includes(ends[0] ?? "")).length;
}

function logsOf(cwd: string): Readonly<Record<string, unknown>>[] {
  const folder = join(cwd, ".armada/logs");
  const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.startsWith("holders")) : [];
  return files.flatMap((name) =>
    readFileSync(join(folder, name), "utf8")
      .split("\n")
      .flatMap((line) => (line.startsWith("{") ? [{ ...(JSON.parse(line) as Record<string, unknown>) }] : [])),
  );
}
