import { copyCheckout } from "../harness/checkout.ts";
import { armada, type Place, place, until, up } from "../harness/product.ts";
import { type About, count, type Figure, holds } from "../harness/proof.ts";
import { copyTeam, copyVariant } from "../harness/teams.ts";
import { showRun, startRun } from "../judges/runs.ts";

const SEEN_MS = 15_000;
const DONE_MS = 30_000;

/**
 * A step asked of an agent that its own team does not list: another one does, so the start finds nothing. It is shown within 15 s, and
 * done once the agent is listed. Beside them a team whose file cannot be imported any more: it is named, and takes nothing from the others.
 */
export async function* run({ say }: About): AsyncGenerator<Figure> {
  using copy = copyCheckout(["content"]);
  using at = place({}, copy.root);
  for (const name of ["makers", "lenders"]) copyTeam(copy, name);
  copyVariant(copy, "makers", "unlisted");
  let id: string;
  {
    await using mesh = await up(["--only", "makers,lenders"], at);
    void mesh;
    id = await startRun("makers.ask", '{"id":"x"}', at);
    const asked = performance.now();
    say("looking at a step that nobody serves");
    await until(
      "`runs show` to name the agent that nobody serves",
      SEEN_MS,
      async () => (await showRun(id, at)).reason?.code === "AGENT_NOT_SERVED",
    );
    const [shown, health, doctor] = await Promise.all([
      showRun(id, at),
      armada(["health", "--json"], at),
      armada(["doctor", "--json"], at),
    ]);
    yield holds("the step is shown within 15 s", performance.now() - asked < SEEN_MS);
    yield holds(
      "runs show: it waits for the agent",
      shown.waitingFor?.some(({ kind }) => kind === "agent") === true,
      JSON.stringify(shown),
    );
    yield holds("health names it", health.code === 1 && health.stdout.includes("AGENT_NOT_SERVED"), health.stdout);
    yield holds("doctor names it", doctor.code === 1 && doctor.stdout.includes("AGENT_NOT_SERVED"), doctor.stdout);
    copy.write("services/lenders/src/team.ts", `import "./gone.ts";\n`);
    yield* beside(at);
  }
  for (const name of ["makers", "lenders"]) copyTeam(copy, name);
  await using mesh = await up(["--only", "makers,lenders"], at);
  void mesh;
  const done = await until("the run to end once its agent is listed", DONE_MS, async () => {
    const shown = await showRun(id, at);
    return shown.status === "waiting" || shown.status === "running" ? undefined : shown;
  });
  yield holds(
    "the agent listed: its step is done, once",
    done.status === "completed" && done.steps[0]?.outcomes === 1,
    JSON.stringify(done),
  );
  const health = await armada(["health", "--json"], at);
  yield count("health once it is listed: exit code", health.code, 0, health.stdout + health.stderr);
}

async function* beside(at: Place): AsyncGenerator<Figure> {
  const [list, state, doctor, health] = await Promise.all(
    [["runs", "list"], ["state", "makers"], ["doctor"], ["health"]].map((command) => armada([...command, "--json"], at)),
  );
  yield holds(
    "a team with a broken import: runs list has the others' runs",
    list?.code === 0 && list.stdout.includes("makers"),
    list?.stderr,
  );
  yield holds("state of another team", state?.code === 0 && state.stdout.includes("things"), `${state?.stdout}${state?.stderr}`);
  for (const [name, ended] of [["doctor", doctor] as const, ["health", health] as const])
    yield holds(
      `${name} names the broken team and its file`,
      /BAD_TEAM[^\n]*services\/lenders\/src\/team\.ts/u.test(ended?.stdout ?? ""),
      ended?.stdout,
    );
}
