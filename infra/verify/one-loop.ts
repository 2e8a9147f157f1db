import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { root } from "./command.ts";

/** What only a few files may do, because there is one way for all others. */
type Rule = {
  readonly name: string;
  readonly finds: RegExp;
  /** What to do instead. */
  readonly instead: string;
  /** Who may, and why. */
  readonly may: Readonly<Record<string, string>>;
};

const LOOP = "libs/event-sourcing/src/append-once.ts";

export const RULES: readonly Rule[] = [
  {
    name: "appends to a log",
    finds: /\b(?:log|draws)\.append\(|\btimers\.at\(/u,
    instead: `appendOnce, appendSole, appendJudged and setTimerOnce of ${LOOP} find out what became of it`,
    may: {
      [LOOP]: "it is the loop",
      "libs/engine/src/one-stream.ts": "a log that is held while its stream is made anew",
      "libs/engine/src/runs/run-store.ts": "a log whose appends have spans, handed to the loop",
      "libs/engine/src/runs/store-derived.ts": "a log whose appends have spans, handed to the loop",
      "libs/engine/src/shadow/shadow-ports.ts": "a log in memory that takes asks of any team, handed to the loop",
    },
  },
  {
    name: "judges a conflict",
    finds: /"conflict"/u,
    instead: `the outcomes of ${LOOP} have none: what was not stored is taken by another's message, or refused`,
    may: {
      [LOOP]: "it is the loop",
      "libs/event-sourcing/src/ports.ts": "the port's own word",
      "libs/event-sourcing/src/memory/mesh.ts": "an adapter says it",
      "libs/event-sourcing/src/memory/stream.ts": "an adapter says it",
      "libs/nats/src/log/appended.ts": "an adapter says it",
      "libs/nats/src/log/jetstream-log.ts": "an adapter passes over what was forged",
      "libs/nats/src/stores/registers.ts": "the port of registers has a word of its own for it",
      "libs/nats/src/fleet/say.ts": "administration writes with no log, but what the server gives it",
    },
  },
  {
    name: "asks itself whether an error may pass",
    finds: /\.retryable\b/u,
    instead: "isRetryable of libs/contracts/src/errors.ts says it of any error",
    may: {
      "libs/contracts/src/errors.ts": "it is the question",
      "libs/emit/src/errors.ts": "it imports nothing of this repository",
      "libs/emit/src/sending.ts": "it imports nothing of this repository",
    },
  },
  {
    name: "lets waits grow",
    finds:
      /\b2 \*\* (?!\d)|\bMath\.min\([^;\n]*(?:\* 2\b|\b2 \* )|_MS \* (?:tries|attempts?|failures)\b|\b(?:ms|pause|wait|delay|retry\w*) \*= \d/u,
    instead: "backoff and retry of libs/event-sourcing/src/retry.ts wait with jitter",
    may: {
      "libs/event-sourcing/src/retry.ts": "it is the backoff",
      "libs/emit/src/backoff.ts": "it imports nothing of this repository",
      "libs/nats/src/log/jetstream-log.ts": "the length of a pause that the server is to keep, not a wait",
    },
  },
];

/** What breaks the rules, a line each, and who may and does not. `files`: texts by path. */
export function breaches(files: ReadonlyMap<string, string>, rules: readonly Rule[] = RULES): string[] {
  return rules.flatMap(({ name, finds, instead, may }) => {
    const found = [...files].filter(([, text]) => finds.test(text)).map(([path]) => path);
    const lines = found
      .filter((path) => !Object.hasOwn(may, path))
      .map((path) => `${path}:${lineOf(files.get(path) ?? "", finds)} ${name}: ${instead}`);
    const idle = Object.keys(may).filter((path) => !found.includes(path));
    return [...lines, ...idle.map((path) => `${path} no longer ${name}: take it out of infra/verify/one-loop.ts`)];
  });
}

function lineOf(text: string, finds: RegExp): number {
  return text.slice(0, text.search(finds)).split("\n").length;
}

/** The product's own code: tests, and what is made for them, judge the ports themselves. */
export function productFiles(): ReadonlyMap<string, string> {
  const tracked = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "libs/*.ts", "services/*.ts"], {
    cwd: root,
    encoding: "utf8",
  });
  const paths = tracked.split("\n").filter((path) => path !== "" && !/\.test\.ts$|\/testing\/|^libs\/testing\//u.test(path));
  return new Map(paths.map((path) => [path, readFileSync(root + path, "utf8")]));
}

if (import.meta.main) {
  const found = breaches(productFiles());
  for (const line of found) console.error(line);
  process.exitCode = found.length === 0 ? 0 : 1;
}
