import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Job } from "./jobs.ts";
import { runSample } from "./sample.ts";
import { loadWorkload, secondWorkload } from "./workload.ts";

const folder = mkdtempSync(join(tmpdir(), "armada-cost-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));

process.on("message", ({ sample, configuration, second }: Job) => {
  const workload = second === undefined ? loadWorkload() : secondWorkload(loadWorkload(), second);
  runSample(workload, sample, configuration, folder, (line) => console.error(`  ${line}`)).then(
    (result) => process.send?.(result),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
process.send?.("ready");
