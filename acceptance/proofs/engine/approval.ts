import { z } from "zod";
import { copyCheckout } from "../harness/checkout.ts";
import { armada, type Place, place, type Up, until, up } from "../harness/product.ts";
import { type About, type Figure, holds } from "../harness/proof.ts";
import { copyTeam } from "../harness/teams.ts";
import { type Journal, journalsOf } from "../judges/journals.ts";
import { type RunShown, showRun, startRun } from "../judges/runs.ts";
import { readTeam } from "../judges/streams.ts";

const ENDS = { cancel: "cancelled", fail: "failed", continue: "completed" } as const;
const Given = z.object({ n: z.number(), approved: z.boolean(), by: z.string() });

/** A person's answers are durable, count once, and are told with who gave them; refusal and expiry end as the workflow says. */
export async function* run({ say }: About): AsyncGenerator<Figure> {
  using copy = copyCheckout(["gateway"]);
  copyTeam(copy, "gatekeeper");
  using at = place({}, copy.root);
  const first = await up([], at);
  const run = await startRun("gatekeeper.twice", "{}", at);
  const one = await waiting(run, at);
  yield holds("the first, by command: exit code 0", (await armada(["runs", "approve", run, "--json"], at)).code === 0);
  const two = await waiting(run, at, one);
  say("killing `up` between the two approvals");
  await first.kill();
  await using mesh = await up([], at);
  yield holds("after kill -9 of `up` the second is waited for", (await waiting(run, at)) === two);
  yield* byHttp(run, two, mesh);
  const ended = await until("the run to end", 20_000, async () =>
    (await showRun(run, at)).status === "completed" ? true : undefined,
  ).catch(() => false);
  yield holds("the run completed", ended, JSON.stringify(await showRun(run, at)));
  const again = await armada(["runs", "approve", run, "--json"], at);
  yield holds(
    "a repeated one by command answers already",
    again.code === 0 && again.lines.at(-1)?.type === "already",
    again.stdout + again.stderr,
  );
  yield* ends(at);
  const journals = journalsOf("gatekeeper", await readTeam("gatekeeper", mesh.mesh()));
  const given = answers(journals.get(run));
  yield holds(
    "who approved is in the journal, each once",
    JSON.stringify(given.map(({ n, by }) => [n, by])) ===
      JSON.stringify([
        [one, "operator"],
        [two, "a colleague (key default)"],
      ]),
    JSON.stringify(given),
  );
}

async function* byHttp(run: string, n: number, mesh: Up): AsyncGenerator<Figure> {
  const { gateway, key } = mesh.mesh();
  const answer = async (): Promise<unknown> => {
    const response = await fetch(`${gateway}/v1/runs/${run}/approvals/${n}`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: JSON.stringify({ approved: true, by: "a colleague" }),
    });
    return response.json();
  };
  const first = await answer();
  yield holds("the second, by HTTP: done", statusOf(first) === "done", JSON.stringify(first));
  const second = await answer();
  yield holds("a repeated one by HTTP answers already", statusOf(second) === "already", JSON.stringify(second));
}

const statusOf = (answer: unknown): unknown => z.looseObject({ status: z.unknown() }).safeParse(answer).data?.status;

async function* ends(at: Place): AsyncGenerator<Figure> {
  for (const [otherwise, status] of Object.entries(ENDS)) {
    const input = (within: string): string => JSON.stringify({ within, otherwise });
    const expiring = await startRun("gatekeeper.once", input("1s"), at);
    const refused = await startRun("gatekeeper.once", input("600s"), at);
    await waiting(refused, at);
    await armada(["runs", "approve", refused, "--reject", "--json"], at);
    for (const [what, run] of [
      ["refused", refused],
      ["expired", expiring],
    ] as const) {
      let last: RunShown | undefined;
      const ok = await until(`${run} to end`, 15_000, async () => {
        last = await showRun(run, at);
        return last.status === status ? true : undefined;
      }).catch(() => false);
      yield holds(`${what}, otherwise ${otherwise}: ${status}`, ok, JSON.stringify(last));
    }
  }
}

/** The ordinal of the approval that a run waits for, other than `but`. */
function waiting(run: string, at: Place, but = 0): Promise<number> {
  return until(`${run} to wait for an approval`, 20_000, async () => {
    const shown = await showRun(run, at).catch(() => undefined);
    return shown?.waitingFor?.find(({ kind, n }) => kind === "approval" && n !== but)?.n;
  });
}

function answers(journal: Journal | undefined): z.infer<typeof Given>[] {
  return (journal?.events ?? []).filter(({ type }) => type === "armada.approval.given").map(({ data }) => Given.parse(data));
}
