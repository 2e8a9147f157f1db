import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { constants, setPriority } from "node:os";
import { dirname, join } from "node:path";
import { z } from "zod";
import type { LineOf } from "../lines.ts";

export type TypeFault = LineOf<"types">["errors"][number];

/** The project's own type checker. */
export type TypeCheck = {
  /** What is wrong with the types of the files as they are now; nothing where another check began meanwhile. */
  run(): Promise<readonly TypeFault[] | undefined>;
  stop(): void;
};

const About = z.object({ bin: z.union([z.string(), z.record(z.string(), z.string())]) });
const LINE = /^(.+?)\((\d+),(\d+)\): error (TS\d+): (.*)$/;

/** `tsc` of the project at `root`, where it has one and a tsconfig.json; what it remembers of a check is in the file `memory`. */
export function typeCheckOf(root: string, memory: string): TypeCheck | undefined {
  const tsc = compilerOf(root);
  if (tsc === undefined || !existsSync(join(root, "tsconfig.json"))) return undefined;
  let running: ChildProcess | undefined;
  const stop = (): void => {
    running?.kill("SIGKILL");
    running = undefined;
  };
  return {
    stop,
    run: async () => {
      stop();
      const args = [tsc, "--noEmit", "--pretty", "false", "--incremental", "--tsBuildInfoFile", memory];
      const child = spawn(process.execPath, args, { cwd: root, stdio: ["ignore", "pipe", "ignore"] });
      running = child;
      // What a person waits for comes first.
      if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_BELOW_NORMAL);
      let said = "";
      child.stdout.on("data", (chunk) => (said += chunk));
      await new Promise((resolve) => child.once("close", resolve));
      if (running !== child) return undefined;
      running = undefined;
      return errorsIn(said);
    },
  };
}

/** What `tsc --pretty false` says; the lines that go on about an error are left out. */
export function errorsIn(said: string): TypeFault[] {
  return said.split("\n").flatMap((text) => {
    const [, file = "", line, column, code = "", message = ""] = LINE.exec(text) ?? [];
    return file === "" ? [] : [{ file, line: Number(line), column: Number(column), code, message }];
  });
}

function compilerOf(root: string): string | undefined {
  try {
    const about = createRequire(join(root, "package.json")).resolve("typescript/package.json");
    const { bin } = About.parse(JSON.parse(readFileSync(about, "utf8")));
    const tsc = typeof bin === "string" ? bin : bin.tsc;
    return tsc === undefined ? undefined : join(dirname(about), tsc);
  } catch {
    return undefined; // a project without types has no need of it
  }
}
