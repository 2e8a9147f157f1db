import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { Case } from "./drawing/program.ts";
import type { Judged } from "./judging/judge.ts";

/** A seed to draw a case from, or a case. */
export type Task = number | Case;
export type Outcome = Omit<Judged, "journal"> & { readonly seed: number };

/**
 * Longer than any case takes, ms of processor time: on a machine that does other work as well a case takes longer by the clock. One
 * that takes longer hangs, and so does one that takes ten times as long by the clock.
 */
const LONGEST_MS = 30_000;
const LOOK_MS = 5_000;
const HEAP_MB = 400;

/** A thread that judges cases one at a time; one that hangs in a case, or runs out of heap, is replaced, and the case is red. */
export class Lane {
  #worker: Worker | undefined;
  #over: (outcome: Outcome) => void = () => undefined;
  #lost: (why: string) => void = () => undefined;

  async judge(task: Task): Promise<Outcome> {
    const worker = this.#worker ?? this.#start();
    let timer: NodeJS.Timeout | undefined;
    const outcome = await new Promise<Outcome>((resolve) => {
      this.#over = resolve;
      this.#lost = (why) => {
        this.#worker = undefined;
        resolve({ seed: typeof task === "number" ? task : task.seed, failures: [why], covered: [], deaths: 0, messages: 0 });
      };
      const began = { clock: performance.now(), processor: processorMs() };
      const look = (): void => {
        if (processorMs() - began.processor >= LONGEST_MS || performance.now() - began.clock >= 10 * LONGEST_MS)
          this.#lost(`it takes longer than ${LONGEST_MS / 1_000} s: it hangs`);
        else timer = setTimeout(look, LOOK_MS);
      };
      timer = setTimeout(look, LONGEST_MS);
      worker.postMessage(task);
    });
    clearTimeout(timer);
    if (this.#worker === undefined) await worker.terminate();
    return outcome;
  }

  async end(): Promise<void> {
    await this.#worker?.terminate();
  }

  #start(): Worker {
    const worker = new Worker(new URL("./judging/judge.worker.ts", import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
    });
    worker.on("message", (outcome: Outcome) => this.#over(outcome));
    worker.on("error", (error: unknown) => this.#lost(`its thread ended: ${error instanceof Error ? error.message : String(error)}`));
    this.#worker = worker;
    return worker;
  }
}

/** What the process has had of all processors so far. */
function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/** Judges tasks on the machine's cores, two at most; `each` sees them as they end and answers false to end early. */
export async function judgeAll(tasks: Iterable<Task>, each: (outcome: Outcome) => boolean): Promise<void> {
  const left = tasks[Symbol.iterator]();
  let ended = false;
  const drive = async (): Promise<void> => {
    const lane = new Lane();
    for (let next = left.next(); !ended && next.done !== true; next = left.next()) if (!each(await lane.judge(next.value))) ended = true;
    await lane.end();
  };
  await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, drive));
}

/** Numbers from `from` on. */
export function* seeds(from: number, count: number): Iterable<number> {
  for (let seed = from; seed < from + count; seed++) yield seed;
}
