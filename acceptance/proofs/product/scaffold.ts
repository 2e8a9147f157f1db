import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Ended, ended, environment, here, type Place, place, up } from "../harness/product.ts";
import { type About, atLeast, count, type Figure, holds, none } from "../harness/proof.ts";
import { allEnded } from "../judges/runs.ts";

const TEAM = "support";
const TICKET = { ticket: "t1", text: "The printer is down. It is urgent." };
const ENDS_MS = 60_000;

/** A team that a command made runs, answers an event by a model, and has a test that holds it to what it does. */
export async function* run({ say }: About): AsyncGenerator<Figure> {
  const folder = mkdtempSync(join(tmpdir(), "armada-prove-clone-"));
  const root = join(folder, "armada/");
  using at = place({}, root);
  const user: Place = { ...at, cwd: root };
  try {
    await must(program("git", ["clone", "--quiet", here, root], { ...user, cwd: folder }));
    say("npx armada new team support, in a fresh clone");
    const made = await program("npx", ["armada", "new", "team", TEAM, "--json"], user);
    yield holds("`new team` ends well", made.code === 0, `${made.code} ${made.stdout}${made.stderr}`);
    yield* whatWasMade(join(root, "services", TEAM, "src"));
    yield none("changes outside its folder and the lock file", await changedElsewhere(user));

    say("its own test, as it is and without the second ask");
    yield* theTest(root, user);
    yield* theRun({ ...at, root });
    yield none("changes outside its folder and the lock file, after all", await changedElsewhere(user));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A program as a user starts it; its output is kept. */
function program(name: string, args: readonly string[], at: Place): Promise<Ended> {
  return ended(spawn(name, args, { cwd: at.cwd, env: environment(at), timeout: 240_000 }));
}

async function must(done: Promise<Ended>): Promise<Ended> {
  const { code, stderr } = await done;
  if (code !== 0) throw new Error(`ended with ${code}: ${stderr}`);
  return done;
}

function* whatWasMade(src: string): Generator<Figure> {
  const files = readdirSync(src, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
  const holding = (call: RegExp): number => files.filter((name) => call.test(readFileSync(join(src, name), "utf8"))).length;
  yield count("agents", holding(/= agent\(/u), 2);
  yield count("workflows", holding(/= workflow\(/u), 1);
  yield count("read models", holding(/= readModel[<(]/u), 1);
  yield count("subscriptions", holding(/\bon\(\w+\)\.start\(/u), 1);
  yield count("tests", holding(/^test\(/mu), 1);
}

async function changedElsewhere(user: Place): Promise<string[]> {
  const { stdout } = await must(program("git", ["status", "--porcelain", "--untracked-files=all"], user));
  const changed = stdout.split("\n").filter((line) => line !== "");
  return changed.filter((line) => !line.slice(3).startsWith(`services/${TEAM}/`) && line.slice(3) !== "package-lock.json");
}

async function* theTest(root: string, user: Place): AsyncGenerator<Figure> {
  const test = (): Promise<Ended> => program("npm", ["test", "--workspace", `@armada/${TEAM}`], user);
  const path = join(root, "services", TEAM, "src/workflows/answer.ts");
  const text = readFileSync(path, "utf8");
  const green = await test();
  yield holds("its test is green", green.code === 0, `${green.stdout.slice(-1_000)}${green.stderr.slice(-500)}`);
  // Whatever follows from the ask gets what the ticket says, so that nothing but the ask is missing.
  const without = text.replace(/const \{ reply \} = await ctx\.ask\([^;]*;/u, "const reply = ticket.text;");
  yield count("asks in its workflow, and after the edit", text.split("ctx.ask(").length - without.split("ctx.ask(").length, 1);
  writeFileSync(path, without);
  const red = await test();
  writeFileSync(path, text);
  yield holds(
    "its test is red without the second ask",
    red.code !== 0 && /AssertionError|expected/u.test(red.stdout + red.stderr),
    red.stdout.slice(-1_000),
  );
}

/** `npx armada` has made the clone ready: from here its command line is called as `npx armada` calls it. */
async function* theRun(at: Place): AsyncGenerator<Figure> {
  await using mesh = await up(["--only", TEAM, "--port", "0"], at);
  const npx = (...args: string[]): Promise<Ended> =>
    program(process.execPath, [join(at.root, "libs/cli/src/main.ts"), ...args, "--json"], at);
  const type = `com.example.${TEAM}.opened`;
  const sent = await npx("emit", type, "--source", "/desk", "--subject", TICKET.ticket, "--data", JSON.stringify(TICKET));
  yield holds("the event is taken", sent.code === 0 && sent.lines.at(-1)?.type === "accepted", `${sent.stdout}${sent.stderr}`);
  const [journal] = [...(await allEnded(TEAM, 1, () => mesh.mesh(), ENDS_MS)).values()];
  const steps = [...(journal?.steps.values() ?? [])];
  yield holds("the event's run completes", journal?.ends.join() === "completed", journal?.ends.join() || "open, or none");
  yield count("steps with one outcome", steps.filter(({ requests, outcomes }) => requests === 1 && outcomes === 1).length, 2);
  yield atLeast("steps whose outcome names the model that was called", steps.filter(({ model }) => model).length, 1);
  const { lines, stdout, stderr } = await npx("state", TEAM);
  const rows = JSON.stringify(lines.find((line) => line.type === "state")?.state ?? {});
  yield holds("`state` shows the row", rows.includes(`"${TICKET.ticket}":{`) && rows.includes('"answered"'), `${stdout}${stderr}`);
}
