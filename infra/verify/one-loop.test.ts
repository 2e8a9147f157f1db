import { expect, test } from "vitest";
import { breaches, productFiles, RULES } from "./one-loop.ts";

const files = productFiles();
const broken = (path: string, text: string): string[] => breaches(new Map([...files, [path, text]]));

test("nobody writes a loop of his own", () => {
  expect(files.size).toBeGreaterThan(300);
  expect(breaches(files)).toEqual([]);
});

test.each([
  ["appends to a log", "const { kind } = await ports.log.append(subject, body, { filter: subject, last: 0 });"],
  ["appends to a log", "await this.#ports.draws.append(subject, body);"],
  ["appends to a log", "const set = await ports.timers.at({ run, n }, time, body);"],
  ["judges a conflict", 'if (stored.kind === "appended" || stored.kind === "conflict") return;'],
  ["lets waits grow", "await clock.sleep(random.next() * 1_000 * 2 ** attempt, signal);"],
  ["lets waits grow", "await sleep(50 * 2 ** (tries - 1));"],
  ["lets waits grow", "pause = Math.min(pause * 2, MOST_MS);"],
  ["lets waits grow", "for (let ms = 10; ; ms = Math.min(2 * ms, MOST_MS)) await sleep(ms);"],
  ["asks itself whether an error may pass", "if (!(error instanceof ArmadaError) || error.retryable) throw error;"],
  ["lets waits grow", "retryMs *= 2;"],
  ["lets waits grow", "if (tries > 0) await clock.sleep(AGAIN_MS * tries);"],
])("a file that %s is told, with its line", (name, line) => {
  const path = "libs/engine/src/inbound/imagined.ts";
  expect(broken(path, `// first\n${line}\n`)).toEqual([expect.stringMatching(new RegExp(`^${path}:2 ${name}: `, "u"))]);
});

test("who may and does not is told", () => {
  for (const { name, may } of RULES)
    for (const path of Object.keys(may)) expect(broken(path, "")).toContainEqual(expect.stringContaining(`${path} no longer ${name}`));
});
