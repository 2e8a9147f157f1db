import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { Simulated } from "./simulate.ts";

export type Outcome = Omit<Simulated, "trace">;

/** Simulates seeds on the machine's cores, two at most; `each` sees them as they end and answers false to end early. */
export async function simulateAll(from: number, seeds: number, each: (outcome: Outcome) => boolean): Promise<void> {
  let next = from;
  const end = from + seeds;
  const drive = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const worker = new Worker(new URL("./worker.ts", import.meta.url));
      const more = (): void => {
        if (next < end) worker.postMessage(next++);
        else worker.terminate().then(() => resolve(), reject);
      };
      worker.on("message", (outcome: Outcome) => {
        if (!each(outcome)) next = end;
        more();
      });
      worker.on("error", reject);
      more();
    });
  await Promise.all(Array.from({ length: Math.min(2, availableParallelism(), seeds) }, drive));
}
