import { ArmadaError } from "@armada/contracts";
import { expect, test } from "vitest";
import { backoff, retry } from "./retry.ts";
import { VirtualClock } from "./testing/index.ts";

const away = (): ArmadaError => new ArmadaError("LOG_UNAVAILABLE", "the log does not answer", { retryable: true });
const most = { next: () => 0.999_999 };

test("waits double up to the longest, and chance takes anything between none and all of it", () => {
  const curve = { first: 100, most: 1_000 };
  const waits = (random: number): number[] => [0, 1, 2, 3, 4, 400].map((failures) => backoff(curve, failures, () => random));
  expect(waits(1)).toEqual([100, 200, 400, 800, 1_000, 1_000]);
  expect(waits(0.5)).toEqual([50, 100, 200, 400, 500, 500]);
  expect(waits(0)).toEqual([0, 0, 0, 0, 0, 0]);
});

test("what may succeed later is tried until it does, each time after a longer wait", async () => {
  const clock = new VirtualClock();
  const from = clock.now();
  const tried: number[] = [];
  const work = async (): Promise<string> => {
    tried.push(clock.now() - from);
    if (tried.length < 5) throw away();
    return "done";
  };
  let got: string | undefined;
  void retry("a look", { clock, random: most }, work).then((value) => {
    got = value;
  });
  await clock.run(() => got !== undefined, 60_000);
  expect(got).toBe("done");
  expect(tried).toEqual([0, 50, 150, 350, 750]);
});

test("what no other try will mend is thrown at once, by the caller's own rule where it has one", async () => {
  let tries = 0;
  const work = async (): Promise<never> => {
    tries++;
    throw tries === 1 ? new Error("a bug") : away();
  };
  const ports = { clock: new VirtualClock(), random: most };
  await expect(retry("a look", ports, work)).rejects.toThrow("a bug");
  expect(tries).toBe(1);
  await expect(retry("a look", ports, work, { worth: () => false })).rejects.toMatchObject({ code: "LOG_UNAVAILABLE" });
  expect(tries).toBe(2);
});

test("a signal ends the wait with its reason, and nothing is tried after it", async () => {
  const clock = new VirtualClock();
  const over = new AbortController();
  let tries = 0;
  const ended = retry(
    "a look",
    { clock, random: most },
    async () => {
      tries++;
      throw away();
    },
    { signal: over.signal },
  ).catch((error: unknown) => error);
  await clock.run(() => tries === 2, 60_000);
  over.abort(new Error("stopped"));
  expect(await ended).toMatchObject({ message: "stopped" });
  await expect(retry("a look", { clock, random: most }, async () => tries++, { signal: over.signal })).rejects.toThrow("stopped");
  expect(tries).toBe(2);
});

test("a wait that lasts is said: at the third try, and each twentieth after", async () => {
  const clock = new VirtualClock();
  const said: unknown[] = [];
  const logger = { warn: (message: string, fields?: object) => void said.push([message, fields]) };
  let tries = 0;
  let done = false;
  void retry("storing a value", { clock, random: most, logger }, async () => {
    if (++tries <= 23) throw away();
    done = true;
  });
  await clock.run(() => done, 600_000);
  expect(said).toEqual([
    ["storing a value waits: the log does not answer", { tries: 3 }],
    ["storing a value waits: the log does not answer", { tries: 23 }],
  ]);
});
