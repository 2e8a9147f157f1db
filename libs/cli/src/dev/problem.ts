import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { ArmadaError, CodedError } from "@armada/contracts";
import { z } from "zod";
import { hintOf, productRoot } from "../project.ts";

/** Why code was refused, and where: `file` from the project's folder, `line` and `column` from 1. */
export const Problem = z.object({
  code: z.string(),
  message: z.string(),
  hint: z.string().optional(),
  file: z.string().optional(),
  line: z.int().optional(),
  column: z.int().optional(),
});
export type Problem = z.infer<typeof Problem>;

/** A problem as an error: its place stands before its sentence. */
export class RefusedCode extends CodedError {
  override readonly name = "RefusedCode";
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.code, problem.message, { hint: problem.hint });
    this.problem = problem;
  }
}

export function refusedCode(problem: Problem): ArmadaError {
  return new RefusedCode(problem);
}

/** `services/support/src/team.ts:12:5`; what of it is known. */
export function placeOf({ file, line, column }: Problem): string {
  return [file, line, column].filter((part) => part !== undefined).join(":");
}

/** What a process that loads code knows of how that goes. */
export type Loading = {
  /** The project's folder. */
  readonly root: string;
  /** The team's own file. */
  readonly team: string;
  /** The file that was loaded last: one that cannot be compiled is that. */
  readonly last: string | undefined;
  /** What could not be found, and in which file it is imported. */
  readonly missing: { readonly specifier: string; readonly from: string | undefined } | undefined;
  /** Says where a file that cannot be compiled is wrong, as `node --check -` writes it. */
  readonly check: (file: string) => string;
};

type Place = { readonly file: string; readonly line?: number; readonly column?: number };

/** What stopped code from being loaded, in words and with its place. */
export function problemOf(error: unknown, loading: Loading): Problem {
  const place = placeIn(error, loading);
  const at = place === undefined ? {} : { ...place, file: relative(loading.root, place.file) };
  if (error instanceof ArmadaError) {
    const { code, message, hint } = error;
    return { code, message, ...(hint === undefined ? {} : { hint }), ...at };
  }
  return { code: "BAD_TEAM", message: sentenceOf(error, loading), hint: hintFor(error, loading), ...at };
}

function sentenceOf(error: unknown, { missing }: Loading): string {
  if (isNotFound(error) && missing !== undefined) return `it imports ${JSON.stringify(missing.specifier)}, which is not there`;
  const said = error instanceof Error ? error.message : String(error);
  const [first = ""] = said.split("\n");
  if (error instanceof SyntaxError) return first;
  return `it threw as it was loaded: ${first || "nothing that says why"}`;
}

function hintFor(error: unknown, { missing, team }: Loading): string {
  const code = codeOf(error);
  if (isNotFound(error) && missing !== undefined)
    return /^[./]/.test(missing.specifier) ? "name a file that is there, with its ending: ./name.ts" : hintOf(error, team);
  if (code === "ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX") return "Node only takes types away: write what needs no code of TypeScript's own";
  if (error instanceof SyntaxError && /does not provide an export/.test(error.message))
    return "export it there, or import what that file exports; a type is imported by `import type`";
  return "mend it and save";
}

function placeIn(error: unknown, loading: Loading): Place | undefined {
  const { missing, root, last } = loading;
  if (isNotFound(error) && missing?.from?.startsWith("file:")) {
    const file = fileURLToPath(missing.from);
    return { file, ...lineWith(file, missing.specifier) };
  }
  const stack = error instanceof Error ? (error.stack ?? "") : "";
  const shown = shownAt(stack);
  if (shown !== undefined) return shown;
  const frames = [...stack.matchAll(/\(?(file:\/\/[^\s()]+?):(\d+):(\d+)\)?$/gm)].map(
    ([, url = "", line, column]): Place => ({ file: fileURLToPath(url), line: Number(line), column: Number(column) }),
  );
  // In a checkout the product's files are the project's as well: who defines something is meant, not what refuses it.
  const own = frames.filter(
    ({ file }) => file.startsWith(`${root}/`) && !file.includes("/node_modules/") && !file.startsWith(join(productRoot, "libs/")),
  );
  const frame = own.find(({ file }) => file.startsWith(`${root}/services/`)) ?? own[0];
  if (frame !== undefined && !(error instanceof SyntaxError)) return frame;
  if (error instanceof SyntaxError && last !== undefined) return { ...shownAt(loading.check(last)), file: last };
  return { file: loading.team };
}

/** The place that Node writes above a line of code and the marks below it. */
function shownAt(text: string): Place | undefined {
  const [, path, line, marks = ""] = /^((?:file:\/\/)?\/[^\n]+|\[stdin\]):(\d+)\n[^\0]*?\n( *)\^/.exec(text) ?? [];
  if (path === undefined) return undefined;
  const file = path.startsWith("file:") ? fileURLToPath(path) : path;
  return { file, line: Number(line), column: marks.length + 1 };
}

function lineWith(file: string, specifier: string): { readonly line?: number; readonly column?: number } {
  const lines = readFileSync(file, "utf8").split("\n");
  for (const quote of ['"', "'", "`"]) {
    const at = lines.findIndex((line) => line.includes(quote + specifier + quote));
    if (at >= 0) return { line: at + 1, column: (lines[at] ?? "").indexOf(quote + specifier) + 1 };
  }
  return {};
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}

function isNotFound(error: unknown): boolean {
  return codeOf(error) === "ERR_MODULE_NOT_FOUND";
}
