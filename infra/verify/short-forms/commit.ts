import { execFileSync } from "node:child_process";
import { z } from "zod";
import { command, root } from "../command.ts";
import type { Imports } from "./touched.ts";

/** A landing has seldom more commits: what they changed is what a gate looks at. */
const LANDING = 5;

/** `turn`: which commit it is. `changed`: files, from the repository's root; undefined where it cannot be told. */
export type Commit = { readonly turn: number; readonly changed: readonly string[] | undefined };

/**
 * What the commit that is checked out tells: its number in the history, and what it and the four before it changed. A shallow
 * clone knows neither: the number is then made of the commit's id. Without a repository it is 0.
 */
export function headCommit(): Commit {
  const id = git("rev-parse", "HEAD");
  if (id === undefined) return { turn: 0, changed: undefined };
  if (git("rev-parse", "--is-shallow-repository") === "true") return { turn: Number.parseInt(id.slice(0, 8), 16), changed: undefined };
  const changed = git("diff", "--name-only", `HEAD~${LANDING}`, "HEAD");
  return { turn: Number(git("rev-list", "--count", "HEAD")), changed: changed === undefined ? undefined : linesOf(changed) };
}

/** What differs from a revision: in commits since, in the working tree, and in files that git does not know yet. @throws Error where git does not know the revision */
export function changedSince(revision: string): readonly string[] {
  const differs = git("diff", "--name-only", revision);
  if (differs === undefined) throw new Error(`git knows no revision ${revision}`);
  return [...linesOf(differs), ...linesOf(git("ls-files", "--others", "--exclude-standard") ?? "")];
}

const Cruised = z.object({
  modules: z.array(z.object({ source: z.string(), dependencies: z.array(z.object({ resolved: z.string() })) })),
});

/** What the proofs import, over however many steps, as dependency-cruiser reads it. @throws Error with what it said, where it reads nothing */
export async function readImports(): Promise<Imports> {
  const { output } = await command("node", [
    ...["--import", "./infra/verify/typescript-6.mjs", "node_modules/.bin/depcruise", "acceptance"],
    ...["--no-progress", "--output-type", "json"],
  ]);
  if (!output.startsWith("{")) throw new Error(`dependency-cruiser does not tell what proofs import: ${output}`);
  const { modules } = Cruised.parse(JSON.parse(output));
  return new Map(modules.map(({ source, dependencies }) => [source, dependencies.map(({ resolved }) => resolved)]));
}

function git(...args: readonly string[]): string | undefined {
  try {
    return execFileSync("git", args, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  } catch {
    return undefined; // no repository, no git, or a history that is not that long
  }
}

const linesOf = (text: string): string[] => text.split("\n").filter((line) => line !== "");
