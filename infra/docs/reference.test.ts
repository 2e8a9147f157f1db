import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

/** The members of a type as it stands in a file: those that are indented once, from where it begins to where it is closed. */
function membersOf(path: string, begins: string): readonly string[] {
  const [, body = ""] = read(path).split(begins);
  const [own = ""] = body.split(/^\}/mu);
  const found = [...own.matchAll(/^ {2}(?:readonly )?(?:\[Symbol\.\w+\]|(\w+))\??[:(<]/gmu)].flatMap(([, name]) => name ?? []);
  expect(found.length, `${path} has no ${begins}`).toBeGreaterThan(1);
  return [...new Set(found)].sort();
}

/** What the first cells of a table's rows name, without what a call is given: `ask(agent, input)` is `ask`. */
function rowsOf(page: string, head: string): readonly (readonly [name: string, rest: string])[] {
  const [, after = ""] = read(page).split(`${head}\n`);
  const [table = ""] = after.split("\n\n");
  return table
    .split("\n")
    .slice(1)
    .map((row) => [/^\| `([\w.]+)/u.exec(row)?.[1] ?? row, row] as const);
}

const namesOf = (rows: ReturnType<typeof rowsOf>): readonly string[] => [...new Set(rows.map(([name]) => name))].sort();
const first = (name: string): string => name.split(".")[0] ?? "";

test("the page of the workflow context has its members, and no others", () => {
  const rows = rowsOf("docs/reference/workflow-context.md", "| member | does | ends otherwise with |");
  expect(namesOf(rows)).toEqual(membersOf("libs/agents/src/define.ts", "export interface WorkflowContext {"));
});

test("a capability's time and a step's attempts are as the engine has them", () => {
  const page = read("docs/reference/workflow-context.md");
  const within = /options\?\.within \?\? "(\w+)"/u.exec(read("libs/engine/src/execution/context.ts"))?.[1];
  expect(page).toContain(`\`within\` is \`${within}\` unless said`);
  expect(page).toContain(`tries ${constant("libs/engine/src/steps/inline-steps.ts", "ATTEMPTS")} times`);
});

test("the page of agents has each option, with the engine's default", () => {
  const rows = rowsOf("docs/reference/agent-options.md", "| option | unless said | is |");
  const options = membersOf("libs/agents/src/authoring.ts", "C extends readonly ReadModel[] = readonly []>(options: {");
  expect([...new Set(namesOf(rows).map(first))].sort()).toEqual(options);
  const under = (name: string): readonly string[] =>
    namesOf(rows).flatMap((row) => (row.startsWith(`${name}.`) ? row.slice(name.length + 1) : []));
  expect(under("limits")).toEqual(membersOf("libs/agents/src/define.ts", "export type Limits = {"));
  for (const [name, type] of [
    ["cache", "Caching"],
    ["batch", "Batching"],
  ] as const) {
    const [, said = ""] = new RegExp(`export type ${type} = \\{(.*)\\};`, "u").exec(read("libs/agents/src/define.ts")) ?? [];
    expect(under(name)).toEqual([...said.matchAll(/readonly (\w+)\??:/gu)].map(([, member = ""]) => member).sort());
  }
  const { timeout, batchTimeout, attempts, concurrency, batchConcurrency } = defaults();
  const cell = (name: string): string | undefined => rows.find(([row]) => row === name)?.[1].split(" | ")[1];
  expect(cell("limits.timeout")).toBe(`\`${timeout}\`; in the batch lane \`${batchTimeout}\``);
  expect(cell("limits.attempts")).toBe(`\`${attempts}\``);
  expect(cell("limits.concurrency")).toBe(`\`${concurrency}\`; in the batch lane \`${batchConcurrency}\``);
});

test("what an option must have is wanted on the page, and nothing else is", () => {
  const rows = rowsOf("docs/reference/agent-options.md", "| option | unless said | is |");
  const [, body = ""] = read("libs/agents/src/authoring.ts").split("C extends readonly ReadModel[] = readonly []>(options: {");
  const wanted = [...(body.split(/^\}/mu)[0] ?? "").matchAll(/^ {2}(\w+):/gmu)].map(([, name = ""]) => name).sort();
  expect(rows.flatMap(([name, row]) => (row.split(" | ")[1] === "wanted" ? [name] : [])).sort()).toEqual(wanted);
});

test("the page of agents has what `run` gets", () => {
  const rows = rowsOf("docs/reference/agent-options.md", "| member | is |");
  expect(namesOf(rows)).toEqual(
    membersOf(
      "libs/agents/src/define.ts",
      "export type AgentRun<I, T extends Tools = Tools, C extends readonly ReadModel[] = readonly ReadModel[]> = {",
    ),
  );
});

test("the page of tests has all that a test can say, and what it is made with", () => {
  const harness = "libs/testing/src/test-team.ts";
  expect(namesOf(rowsOf("docs/reference/testing.md", "| of the test | does |"))).toEqual(
    membersOf(harness, "export type TestTeam = AsyncDisposable & {"),
  );
  const [, given = ""] = /options: \{ (seed: .*) \},\n/u.exec(read(harness)) ?? [];
  const options = [...given.matchAll(/(?:^|; )(\w+)\??:/gu)].map(([, name = ""]) => name).sort();
  expect(namesOf(rowsOf("docs/reference/testing.md", "| of `testTeam(team, { … })` | unless said | is |"))).toEqual(options);
});

function defaults(): Record<"timeout" | "batchTimeout" | "attempts" | "concurrency" | "batchConcurrency", string> {
  return {
    timeout: constant("libs/engine/src/steps/attempt.ts", "DEFAULT_TIMEOUT"),
    batchTimeout: constant("libs/engine/src/steps/attempt.ts", "BATCH_TIMEOUT"),
    attempts: constant("libs/engine/src/steps/policies/attempts.ts", "DEFAULT_ATTEMPTS"),
    concurrency: constant("libs/engine/src/inbound/queues.ts", "DEFAULT_CONCURRENCY"),
    batchConcurrency: constant("libs/engine/src/inbound/queues.ts", "BATCH_CONCURRENCY"),
  };
}

function constant(path: string, name: string): string {
  const value = new RegExp(`const ${name} = "?(\\w+)"?;`, "u").exec(read(path))?.[1];
  if (value === undefined) throw new Error(`${path} has no ${name}`);
  return value.replaceAll("_", "");
}
