import { parentPort } from "node:worker_threads";
import { draw } from "../drawing/draw.ts";
import { LEFT_OUT } from "../drawing/known.ts";
import type { Outcome, Task } from "../pool.ts";
import { judge } from "./judge.ts";

/** Judges what it is sent, one at a time, and posts what each came to. */
parentPort?.on("message", (task: Task) => {
  const drawn = typeof task === "number" ? draw(task, LEFT_OUT) : task;
  const answer = (outcome: Outcome): void => parentPort?.postMessage(outcome);
  judge(drawn).then(
    ({ journal: _, ...judged }) => answer({ ...judged, seed: drawn.seed }),
    (error: unknown) =>
      answer({
        seed: drawn.seed,
        failures: [`the judge failed: ${error instanceof Error ? error.stack : String(error)}`],
        covered: [],
        deaths: 0,
        messages: 0,
      }),
  );
});
