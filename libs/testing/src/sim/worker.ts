import { parentPort } from "node:worker_threads";
import { simulate } from "./simulate.ts";

/** Simulates the seeds it is sent, one at a time, and posts what each came to. */
parentPort?.on("message", (seed: number) => {
  simulate(seed).then(
    ({ trace: _, ...simulated }) => parentPort?.postMessage(simulated),
    (error: unknown) => parentPort?.postMessage({ seed, failures: [`the simulator failed: ${String(error)}`], counts: {}, digest: "" }),
  );
});
