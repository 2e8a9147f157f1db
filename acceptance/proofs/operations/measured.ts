import { spawn } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { type Ended, ended, environment, type Place } from "../harness/product.ts";

const Measured = z.object({ peakKb: z.number(), cpuUs: z.number(), bytesRead: z.number() });

/**
 * A command that ended: its time from start to end, the processor time that it used, its peak of memory, and what it read from the
 * network.
 */
export type Measured = Ended & { readonly seconds: number; readonly cpuSeconds: number; readonly peakMb: number; readonly kbRead: number };

/** Runs one command of the command line as `npx armada` does, in a process of its own, and measures it. */
export async function measured(args: readonly string[], at: Place): Promise<Measured> {
  const into = join(at.cwd, "measured.json");
  const preload = fileURLToPath(new URL("measuring.ts", import.meta.url));
  const child = spawn(process.execPath, ["--import", preload, join(at.root, "libs/cli/src/main.ts"), ...args], {
    cwd: at.cwd,
    env: { ...environment(at), MEASURED_INTO: into },
    timeout: 120_000,
  });
  const end = await ended(child);
  const { peakKb, cpuUs, bytesRead } = Measured.parse(JSON.parse(readFileSync(into, "utf8")));
  rmSync(into);
  return { ...end, seconds: end.ms / 1_000, cpuSeconds: cpuUs / 1_000_000, peakMb: peakKb / 1_024, kbRead: bytesRead / 1_024 };
}
