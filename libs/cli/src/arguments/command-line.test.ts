import { expect, test } from "vitest";
import { atLeastOne, CommandLine, gathered } from "./command-line.ts";

/** What `show <id>` takes of the arguments; a refusal in words. */
function taken(...args: string[]): unknown {
  const seen: unknown[] = [];
  const program = new CommandLine("armada").enablePositionalOptions().exitOverride((error) => {
    throw error;
  });
  program.configureOutput({ outputError: () => undefined });
  program
    .command("runs")
    .command("show <id>")
    .option("--json")
    .option("--limit <n>", "", atLeastOne)
    .option("--where <key>", "", gathered)
    .action((id: string, flags: object) => void seen.push(id, { ...flags }));
  try {
    program.parse(["runs", "show", ...args], { from: "user" });
  } catch (error) {
    return error instanceof Error ? error.message : error;
  }
  return seen;
}

test("an id that begins with - is an id, wherever it stands, and behind -- also one that begins with two", () => {
  for (const args of [["-4-8"], ["--json", "-x_9"], ["-h4", "--json"]])
    expect(taken(...args)).toEqual([args.find((arg) => !arg.startsWith("--")), args.length === 1 ? {} : { json: true }]);
  expect(taken("--", "--7a")).toEqual(["--7a", {}]);
  expect(taken("--limit", "3", "-4-8")).toEqual(["-4-8", { limit: "3" }]);
});

test("an option that is not there, is given twice or has no such value is refused", () => {
  expect(taken("--jsn", "r1")).toContain("unknown option '--jsn'");
  expect(taken("-4-8", "--jsn")).toContain("unknown option '--jsn'");
  expect(taken("r1", "--limit", "3", "--limit", "4")).toContain("'--limit <n>' is given twice");
  for (const none of ["0", "-1", "some", ""]) expect(taken("r1", "--limit", none)).toContain(`'${none}' is invalid`);
  expect(taken("r1", "--json", "--json")).toEqual(["r1", { json: true }]);
  expect(taken("r1", "--where", "a=1", "--where", "b=2")).toEqual(["r1", { where: ["a=1", "b=2"] }]);
});
