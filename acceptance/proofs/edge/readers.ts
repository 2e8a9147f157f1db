import { fork } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { owned, pause, place, until, up } from "../harness/product.ts";
import { type About, atMost, count, type Figure, holds, none } from "../harness/proof.ts";
import { cpuOf } from "../judges/process-time.ts";
import { longRun } from "./readers/long-run.ts";

const TEAM = "content";
const RUN = "long-1";
const MOST_RATIO = 3;
const MOST_MB = 300;
/** Others wait no longer than this for an answer, ms. */
const PATIENCE_MS = 5_000;
const CLIENTS = 4;
/** What one of the others rests between two requests, ms. */
const REST_MS = 25;
const STILL_MS = 100;

type Target = { readonly url: string; readonly key: string };

/** Readers of a long run, feeds that nobody reads and bodies that never end, beside those who send events. */
export async function* run({ short, say }: About): AsyncGenerator<Figure> {
  const size = short
    ? { mb: 9, pollers: 10, feeds: 40, bodies: 100, seconds: 6 }
    : { mb: 45, pollers: 50, feeds: 200, bodies: 500, seconds: 30 };
  using at = place({ ARMADA_GATEWAY_ACCEPT_UNDECLARED: "true" });
  await using mesh = await up(["--port", "0", "--only", TEAM, "--sync-interval", "100ms"], at);
  const { gateway: url = "", key = "", pids } = mesh.mesh();
  const target = { url, key };
  say(`a run of ${size.mb} MB`);
  const messages = await longRun(TEAM, RUN, size.mb * 1e6, mesh.mesh());
  yield { name: "messages of the long run", value: messages, target: "any", ok: true };
  await still(pids[TEAM]?.[0] ?? 0); // its team reads it too, for the index

  say("the others alone");
  await others(target, "warm", 3); // code that was never run, connections
  const alone = await others(target, "alone", size.seconds);
  using crowd = theCrowd(target, size);
  await until("the crowd to be there", 20_000, () => crowd.now().bodies >= size.bodies / 2 || crowd.now().seen > 3);
  say(`the others beside ${size.pollers} pollers, ${size.feeds} feeds, ${size.bodies} slow bodies`);
  const beside = await others(target, "beside", size.seconds);
  const { statuses } = crowd.now();
  const gateway = pids.gateway?.[0] ?? 0;
  yield { name: "others alone, p99 ms", value: p99(alone), target: "any", ok: true, detail: `${alone.length} requests` };
  yield { name: "others beside them, p99 ms", value: p99(beside), target: "any", ok: true, detail: `${beside.length} requests` };
  yield none("others whose event was not acknowledged", [...refused(alone), ...refused(beside)]);
  if (!short) yield atMost("others' p99 beside them, times that alone", p99(beside) / p99(alone), MOST_RATIO);
  yield atMost("the gateway's memory at its peak, MB", peakMb(gateway), MOST_MB);
  yield count(
    "answers to pollers that are neither the run nor a refusal to be tried again",
    others5xx(statuses),
    0,
    JSON.stringify(statuses),
  );
  yield holds("pollers read the run", (statuses["200"] ?? 0) > 0, JSON.stringify(statuses));
  say("bodies that do not end are over at their deadline"); // a feed is cut once the network's own buffers are full as well
  const ended = await until("all of them to be over", 60_000, () => crowd.now().bodies === 0).catch(() => false);
  yield holds("bodies that never end are ended", ended === true, JSON.stringify(crowd.now()));
  yield* resumed(target, messages);
}

/** The feed of the long run, read in parts: each from the last id that came. */
async function* resumed({ url, key }: Target, messages: number): AsyncGenerator<Figure> {
  const seen: number[] = [];
  let last = "";
  for (const part of [Math.floor(messages / 3), messages]) {
    const answer = await fetch(`${url}/v1/runs/${RUN}/events`, { headers: { authorization: `Bearer ${key}`, "last-event-id": last } });
    let text = "";
    const decoder = new TextDecoder();
    for await (const chunk of answer.body ?? []) {
      text += decoder.decode(chunk, { stream: true });
      const frames = text.split("\n\n");
      text = frames.pop() ?? "";
      for (const frame of frames) {
        const [, id, n] = /^id: (\d+)\nevent: journal\ndata: \{"n":(\d+)/.exec(frame) ?? [];
        if (id === undefined) continue;
        last = id;
        seen.push(Number(n));
        if (seen.length >= part) break;
      }
      if (seen.length >= part) break;
    }
  }
  yield count("journal messages read by a feed that was cut and resumed", seen.filter((n, i) => n === i + 1).length, messages);
}

type Sent = { readonly ms: number; readonly status: number };

/** Events of several senders, one after another each, for some seconds: how long each took, and how it was answered. */
async function others({ url, key }: Target, name: string, seconds: number): Promise<Sent[]> {
  const sent: Sent[] = [];
  const end = performance.now() + seconds * 1_000;
  const sender = async (which: number): Promise<void> => {
    for (let i = 0; performance.now() < end; i++) {
      const began = performance.now();
      const status = await fetch(`${url}/v1/events`, {
        method: "POST",
        headers: { authorization: `Bearer ${key}`, "content-type": "application/cloudevents+json" },
        body: JSON.stringify({ specversion: "1.0", id: `${name} ${which} ${i}`, source: "/prove", type: "com.example.noted", data: { i } }),
        signal: AbortSignal.timeout(PATIENCE_MS),
      }).then(
        async (answer) => {
          await answer.arrayBuffer();
          return answer.status;
        },
        () => 0,
      );
      sent.push({ ms: performance.now() - began, status });
      await pause(REST_MS);
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, (_, which) => sender(which)));
  return sent;
}

const p99 = (sent: readonly Sent[]): number => sent.map(({ ms }) => ms).sort((a, b) => a - b)[Math.floor(sent.length * 0.99)] ?? 0;
const refused = (sent: readonly Sent[]): string[] =>
  sent.flatMap(({ status, ms }) => (status === 202 ? [] : [`${status || "none"} after ${Math.round(ms)} ms`]));
const others5xx = (statuses: Readonly<Record<string, number>>): number =>
  Object.entries(statuses).reduce((sum, [status, n]) => (["200", "429"].includes(status) ? sum : sum + n), 0);

const Said = z.object({ statuses: z.record(z.string(), z.number()), feeds: z.number(), bodies: z.number() });
type Crowd = Disposable & { now(): z.infer<typeof Said> & { readonly seen: number } };

function theCrowd({ url, key }: Target, size: { readonly pollers: number; readonly feeds: number; readonly bodies: number }): Crowd {
  const flags = { url, key, run: RUN, pollers: String(size.pollers), feeds: String(size.feeds), bodies: String(size.bodies) };
  const child = owned(
    fork(
      fileURLToPath(new URL("readers/crowd.ts", import.meta.url)),
      Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value]),
      { silent: true },
    ),
  );
  let now = { statuses: {}, feeds: 0, bodies: 0, seen: 0 };
  let text = "";
  child.stdout?.on("data", (chunk) => {
    text += chunk;
    const lines = text.split("\n");
    text = lines.pop() ?? "";
    for (const line of lines) now = { ...Said.parse(JSON.parse(line)), seen: now.seen + 1 };
  });
  return { now: () => now, [Symbol.dispose]: () => void child.kill("SIGKILL") };
}

function peakMb(pid: number): number {
  return Number(/VmHWM:\s+(\d+) kB/u.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1_024;
}

/** Waits until a process does nothing for a second. */
async function still(pid: number): Promise<void> {
  await until("the team to have read the run", 60_000, async () => {
    const before = cpuOf(pid);
    await pause(1_000);
    return cpuOf(pid) - before < STILL_MS;
  });
}
