import { copyCheckout } from "../harness/checkout.ts";
import { startModelServer } from "../harness/model-server.ts";
import { type Place, place, until, up } from "../harness/product.ts";
import { atMost, count, type Figure, holds, none } from "../harness/proof.ts";
import { buy, pricesIn } from "../judges/purchases.ts";
import { allEnded, showRun } from "../judges/runs.ts";
import { copyBuyers } from "./buyers.ts";

/** From the team's writing to its window: enough for a mesh to start twice on a busy machine. */
const OPENS_MS = 45_000;
const OPEN_MS = 3_600_000;
/** A timer may be late by 300 ms, and the machine is shared. */
const LATE_MS = 5_000;

/** Work asked for outside its hours begins in them, though the mesh was killed meanwhile. */
export async function offPeak(say: (line: string) => void): Promise<Figure[]> {
  using copy = copyCheckout([]);
  const opens = Math.ceil((Date.now() + OPENS_MS) / 1_000) * 1_000;
  copyBuyers(copy, { window: `${time(opens)}-${time(opens + OPEN_MS)} UTC` });
  using at = place({}, copy.root);
  await using models = await startModelServer(at.cwd, "prices");
  const paid: Place = { ...at, env: { ...at.env, ...models.env } };
  const first = await up([], paid);
  const run = await buy("nightly", ["lamp", "rug"], paid);
  const shown = await until("the steps to wait", 15_000, async () => {
    const now = await showRun(run, paid);
    return now.waitingFor?.length === 2 ? now : undefined;
  });
  await first.kill();
  say(`off-peak: killed ${Math.round((opens - Date.now()) / 1_000)} s before the window`);
  await using mesh = await up([], paid);
  const upAgain = Date.now();
  const journal = (await allEnded("buyers", 1, () => mesh.mesh(), 120_000)).get(run);
  const calls = models.calls().map((call) => Date.parse(call.at));
  const opening = new Date(opens).toISOString();
  const wrong = (shown.waitingFor ?? []).filter((wait) => wait.kind !== "window" || wait.until !== opening);
  return [
    holds("`runs show` says that it waits", shown.status === "waiting", shown.status),
    none(
      "waits that `runs show` tells otherwise than for the window, and until when",
      wrong.map((wait) => JSON.stringify(wait)),
    ),
    holds("the mesh was up again before the window", upAgain < opens, `${upAgain - opens} ms late`),
    count("calls before the window", calls.filter((called) => called < opens).length, 0),
    count("calls in it", calls.filter((called) => called >= opens).length, 2),
    atMost("first call after the window's opening, ms", Math.min(...calls) - opens, LATE_MS),
    holds("the run completed", journal?.ends.join() === "completed" && Object.keys(pricesIn(journal)).length === 2, journal?.ends.join()),
  ].map((figure) => ({ ...figure, name: `off-peak: ${figure.name}` }));
}

/** `22:04:10`, UTC. */
function time(at: number): string {
  return new Date(at).toISOString().slice(11, 19);
}
