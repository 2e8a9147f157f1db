import { spawn } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { type Checkout, copyCheckout } from "../harness/checkout.ts";
import { armada, ended, here, place, up } from "../harness/product.ts";
import { type About, atLeast, type Figure, holds } from "../harness/proof.ts";
import { atStart, inTypes, type Mistake } from "./mistakes-files.ts";

const MAIN = `import { serve } from "@armada/runtime";
import team from "./team.ts";

await serve(team);
`;
const RIGHT = `import { agent, team, workflow } from "@armada/agents";
import { z } from "zod";

const Id = z.object({ id: z.string() });
const packer = agent({ name: "packer", does: "packs", tier: "worker", input: Id, output: Id, run: ({ input }) => input });
const pack = workflow({ name: "pack", version: 1, input: Id, output: Id, run: (input, ctx) => ctx.ask(packer, input) });
export default team({ name: "wrong", agents: [packer], workflows: [pack] });
`;
const Said = z.object({ type: z.literal("error"), code: z.string(), message: z.string(), hint: z.string().optional() });

/** A team file that is wrong says so: in the editor, or before anything starts. A run that cannot be is refused before it is asked. */
export async function* run({ short, say }: About): AsyncGenerator<Figure> {
  using copy = copyCheckout();
  yield atLeast("wrong team files", inTypes.length + atStart.length, 20);
  if (!short) {
    say("the type checker reads the wrong files");
    yield* byTypes(copy);
  }
  copy.write("services/wrong/src/main.ts", MAIN);
  for (const mistake of short ? atStart.slice(0, 6) : atStart) {
    say(mistake.name);
    yield await byStart(copy, mistake);
  }
  yield* byCommand(copy);
}

async function* byTypes(copy: Checkout): AsyncGenerator<Figure> {
  const folder = "services/wrong/src/types";
  copy.write(`${folder}/right.ts`, RIGHT);
  for (const [index, { team }] of inTypes.entries()) copy.write(`${folder}/m${index}.ts`, team);
  const base = readFileSync(join(here, "tsconfig.base.json"), "utf8");
  writeFileSync(join(copy.root, "tsconfig.base.json"), base);
  writeFileSync(join(copy.root, "tsconfig.json"), JSON.stringify({ extends: "./tsconfig.base.json", include: [`${folder}/*.ts`] }));
  const { stdout } = await ended(
    spawn(join(here, "node_modules/.bin/tsc"), ["--noEmit", "-p", "tsconfig.json", "--pretty", "false"], {
      cwd: copy.root,
      timeout: 120_000,
    }),
  );
  const told = (file: string): string[] => stdout.split(/\n(?=\S)/u).filter((line) => line.startsWith(`${folder}/${file}(`));
  for (const [index, { name, says, team }] of inTypes.entries()) {
    const last = team.trimEnd().split("\n").length;
    const lines = told(`m${index}.ts`);
    const where = lines.every((line) => line.startsWith(`${folder}/m${index}.ts(${last},`));
    yield holds(
      `types: ${name}`,
      lines.length > 0 && where && lines.some((line) => says.test(line)),
      lines.join(" | ") || "nothing was said",
    );
  }
  yield holds("types: a right file is taken", told("right.ts").length === 0, told("right.ts").join(" | "));
}

async function byStart(copy: Checkout, { name, code, says, team }: Mistake): Promise<Figure> {
  copy.write("services/wrong/src/team.ts", team);
  using at = place({}, copy.root);
  const { code: exit, lines, stdout, stderr } = await armada(["up", "--port", "0", "--json"], at, 60_000);
  const said = lines.flatMap((line) => Said.safeParse(line).data ?? []);
  const [first] = said;
  const ok =
    exit > 0 &&
    said.length === 1 &&
    first?.code === code &&
    says.test(`${first?.message ?? ""} ${first?.hint ?? ""}`) &&
    first?.hint !== undefined;
  const quiet = !/\n\s+at .*:\d+/u.test(stderr) && !existsSync(join(at.cwd, ".armada/mesh.json"));
  return holds(`start: ${name}`, ok && quiet, `exit ${exit}: ${stdout}${stderr}`);
}

async function* byCommand(copy: Checkout): AsyncGenerator<Figure> {
  copy.write("services/wrong/src/team.ts", RIGHT);
  using at = place({}, copy.root);
  await using mesh = await up(["--only", "wrong,gateway", "--port", "0"], at);
  yield holds("start: a right file serves", mesh.mesh().pids.wrong !== undefined, mesh.said());
  for (const [name, target, input, code] of [
    ["run: a workflow that is not there", "wrong.pakc", "{}", "WORKFLOW_UNKNOWN"],
    ["run: an input that does not fit", "wrong.pack", '{"parcel":1}', "INPUT_INVALID"],
  ] as const) {
    const { code: exit, lines, stdout } = await armada(["run", target, "--input", input, "--json"], at);
    const said = lines.flatMap((line) => Said.safeParse(line).data ?? []);
    yield holds(`${name} is refused with what to do`, exit === 3 && said[0]?.code === code && said[0].hint !== undefined, stdout);
  }
  const { lines } = await armada(["runs", "list", "--json"], at);
  yield holds("run: nothing that was refused became a run", lines.length === 0, JSON.stringify(lines));
}
