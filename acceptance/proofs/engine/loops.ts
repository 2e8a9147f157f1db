import { z } from "zod";
import { copyCheckout } from "../harness/checkout.ts";
import { place, until, up } from "../harness/product.ts";
import { count, type Figure, holds } from "../harness/proof.ts";
import { copyTeam } from "../harness/teams.ts";
import { journalsOf } from "../judges/journals.ts";
import { showRun, startRun } from "../judges/runs.ts";
import { readTeam } from "../judges/streams.ts";

const Stopped = z.looseObject({ code: z.string() });

/** A long loop ends by continuing as new; one that does not is stopped before the server could no longer load it. */
export async function* loops(steps: number): AsyncGenerator<Figure> {
  using copy = copyCheckout([]);
  copyTeam(copy, "looper");
  using at = place({}, copy.root);
  await using mesh = await up([], at);
  const long = await startRun("looper.loop", JSON.stringify({ left: steps, each: 400 }), at);
  const endless = await startRun("looper.loop", JSON.stringify({ left: steps, each: steps }), at);
  const parts = async (): Promise<{ steps: number; ends: string[] }> => {
    const all = [...journalsOf("looper", await readTeam("looper", mesh.mesh())).values()].filter(({ run }) => run.split("~")[0] === long);
    return {
      steps: all.reduce((sum, { events }) => sum + events.filter(({ type }) => type === "armada.inline.completed").length, 0),
      ends: all.flatMap(({ ends }) => ends),
    };
  };
  await until("the loop to end", 60_000, async () => (await parts()).ends.includes("completed")).catch(() => undefined);
  const found = await parts();
  yield count(`a loop of ${steps} steps with continueAsNew: steps`, found.steps, steps);
  const ends = [...Array.from({ length: Math.ceil(steps / 400) - 1 }, () => "continued"), "completed"];
  yield holds("it continues as new and ends", found.ends.join() === ends.join(), found.ends.join());
  const stopped = async (): Promise<string[]> => {
    const journal = journalsOf("looper", await readTeam("looper", mesh.mesh())).get(endless);
    const codes = (journal?.events ?? []).filter(({ type }) => type === "armada.run.stopped").map(({ data }) => Stopped.parse(data).code);
    return codes.length === 0 && journal?.ends.length === 0
      ? []
      : [...codes, ...(journal?.ends ?? []), `${journal?.ordinals.length} messages`];
  };
  await until("the other to stop", 60_000, async () => (await stopped()).length > 0).catch(() => undefined);
  const codes = await stopped();
  yield holds("without it: stopped with JOURNAL_FULL, in the stream", codes[0] === "JOURNAL_FULL" && codes.length === 2, codes.join());
  const shown = await showRun(endless, at).catch(String);
  yield holds("`runs show` says so", typeof shown !== "string" && shown.reason?.code === "JOURNAL_FULL", JSON.stringify(shown));
}
