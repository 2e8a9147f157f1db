import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { registerHooks, stripTypeScriptTypes } from "node:module";
import { basename, dirname, extname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Loading } from "./problem.ts";

// What a replica of `armada dev` begins with (`node --import`): it loads the team before the service's own `main` does, and tells the
// process that started it which of the project's files that needs, and what is wrong with them. What it imports itself comes after
// the hooks are there: in a checkout the product's files are the project's as well.

const main = process.argv[1] ?? "";
const ending = extname(main);
const file = join(dirname(main), `team${ending}`);
let missing: Loading["missing"];
let last: string | undefined;
/** Loaded and not told yet. */
let untold: string[] = [];

registerHooks({
  resolve(specifier, context, next) {
    try {
      return next(specifier, context);
    } catch (error) {
      missing = { specifier, from: context.parentURL };
      // It is looked for again once it is there.
      if (/^\.{0,2}\//.test(specifier) && context.parentURL !== undefined) loads(new URL(specifier, context.parentURL).href);
      throw error;
    }
  },
  load(url, context, next) {
    loads(url);
    return next(url, context);
  },
});

function loads(url: string): void {
  if (!url.startsWith("file:") || url.includes("/node_modules/")) return;
  last = fileURLToPath(url);
  if (untold.length === 0) setImmediate(tell);
  untold.push(last);
}

function tell(): void {
  if (untold.length > 0 && process.connected) process.send?.({ type: "files", files: untold });
  untold = [];
}

async function refused(error: unknown): Promise<never> {
  const loading = { team: file, last, missing };
  tell();
  const [{ problemOf }, { projectRoot }] = await Promise.all([import("./problem.ts"), import("../project.ts")]);
  process.removeAllListeners("warning"); // to take types away is called an experiment
  const check = (path: string): string => {
    const text = readFileSync(path, "utf8");
    const input = /\.[cm]?ts$/.test(path) ? stripTypeScriptTypes(text) : text;
    return spawnSync(process.execPath, ["--check", "--input-type=module", "-"], { input, encoding: "utf8" }).stderr;
  };
  const problem = problemOf(error, { ...loading, root: projectRoot, check });
  await new Promise<void>((told) => process.send?.({ type: "failed", problem }, undefined, undefined, () => told()));
  process.exit(1);
}

/** Resolves once the process that started this one says that the code is to be loaded. */
function toldToLoad(): Promise<void> {
  return new Promise((told) => {
    const left = (): never => process.exit(0);
    process.once("disconnect", left);
    process.once("message", () => {
      process.off("disconnect", left);
      told();
    });
  });
}

/** @throws ArmadaError what `up` would refuse as it starts */
async function checkTeam(): Promise<void> {
  const [{ definedAgents, unlisted }, { definedEvents }, { manifestOf }, { asTeam }, { refuseUnlisted }] = await Promise.all([
    import("@armada/agents"),
    import("@armada/contracts"),
    import("@armada/runtime/manifest"),
    import("../project.ts"),
    import("../services.ts"),
    import("@armada/runtime"),
  ]);
  await toldToLoad();
  const loaded: { readonly default?: unknown } = await import(pathToFileURL(file).href);
  const team = asTeam(loaded.default, file, basename(dirname(dirname(main))));
  await manifestOf(team, dirname(main));
  // Of one team alone it is not known what others want from outside.
  refuseUnlisted(unlisted([team], { agents: definedAgents(), events: definedEvents(), whole: false }));
}

// What `main` itself throws ends the process as Node ends it.
process.once("uncaughtException", (error) => void refused(error));
await checkTeam().catch(refused);
