import { fork } from "node:child_process";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import type { Configuration } from "./measures.ts";
import type { Result, Sample } from "./sample.ts";

/** `second`: the seed of the second workload; the first unless said. */
export type Job = { readonly sample: Sample; readonly configuration: Configuration; readonly second?: number };

const main = fileURLToPath(new URL("sample.main.ts", import.meta.url));

/** Runs jobs in as many processes as the machine has cores. @returns their results in the order of the jobs */
export async function runJobs(jobs: readonly Job[], say: (line: string) => void): Promise<Result[]> {
  const results: Result[] = [];
  const queue = jobs.map((job, n) => ({ job, n }));
  const lane = async (): Promise<void> => {
    const child = fork(main, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
    try {
      await said(child);
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        const began = performance.now();
        const answered = said(child);
        child.send(next.job);
        const result = (await answered) as Result; // its own process, of this build
        results[next.n] = result;
        const { configuration, sample } = next.job;
        say(
          `${sample.agents} agents, ${configuration.name}: $${Math.round(result.dollarsAMonth)} (${Math.round((performance.now() - began) / 1_000)} s)`,
        );
      }
    } finally {
      child.kill();
    }
  };
  await Promise.all(Array.from({ length: Math.min(jobs.length, availableParallelism()) }, lane));
  return results;
}

function said(child: ReturnType<typeof fork>): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const gone = (code: number | null): void => reject(new Error(`a process of the bench ended with ${code}`));
    child.once("exit", gone);
    child.once("message", (message) => {
      child.off("exit", gone);
      resolve(message);
    });
  });
}
