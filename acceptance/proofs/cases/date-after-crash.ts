import { useOdds } from "../engine/odds-team.ts";
import { until } from "../harness/product.ts";
import { type Figure, holds, type Proof } from "../harness/proof.ts";
import { startRun } from "../judges/runs.ts";

/** A run whose process is killed in its sleep answers as one that was left alone; a value that JSON would lose is refused in both. */
export const run: Proof = async function* (): AsyncGenerator<Figure> {
  await using odds = await useOdds();
  const answers: string[] = [];
  for (const killed of [false, true]) {
    const started = await startRun("odds.dated", "{}", odds.at);
    await until("the run to sleep", 15_000, async () => (await odds.journal(started)).some(({ type }) => type === "armada.sleep.set"));
    if (killed) process.kill(odds.mesh().pids.odds?.[0] ?? 0, "SIGKILL");
    answers.push(JSON.stringify((await odds.ended(started, 60_000)).output));
  }
  yield holds("undisturbed: what the journal gives back", answers[0] === '{"at":"string","keys":"at,list","list":"[null]"}', answers[0]);
  yield holds("killed: the same", answers[1] === answers[0], answers[1]);
  const { status, failure } = await odds.ended(await startRun("odds.mapped", "{}", odds.at));
  yield holds(
    "a Map ends the step, named",
    status === "failed" &&
      failure?.code === "VALUE_NOT_JSON" &&
      failure.message.includes('step "v"') &&
      failure.message.includes("map is a Map"),
    JSON.stringify(failure),
  );
};
