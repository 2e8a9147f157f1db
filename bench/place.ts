import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Engine } from "@armada/engine";
import type { Log } from "@armada/event-sourcing";
import type { Models } from "@armada/models";
import { accessIn, Fleet, link, portsOf } from "@armada/nats";
import { startTestMesh, type TestMesh } from "@armada/nats/testing";
import { startReplica, startTelemetry } from "@armada/runtime";
import { ask, loud } from "./asking.ts";
import { type Raw, rawClient } from "./raw/client.ts";
import type { Sync } from "./row.ts";
import { benchTeam, topology } from "./team.ts";

/** A server with two teams on it: ours, and the one whose subjects the raw side writes. */
export type Ours = AsyncDisposable & {
  readonly mesh: TestMesh;
  /** The log of team `ours`, as it reads it itself. */
  readonly log: Log;
  /** Asks for runs of a workflow; resolves with the milliseconds until the last of them has ended. */
  run(workflow: string, ids: readonly string[], steps: number): Promise<number>;
};

/** With both sides' clients. */
export type Place = Ours & { readonly bare: Raw; readonly judge: Raw };

const noModels: Models = { call: () => Promise.reject(new Error("no agent of the bench asks a model")) };

/** `walled`: an account for each identity. */
export async function openOurs(sync: Sync, { walled }: { readonly walled: boolean }): Promise<Ours> {
  const mesh = await startTestMesh([topology(benchTeam("ours")), topology(benchTeam("bare"))], { syncInterval: sync, walled });
  const operator = await link({ servers: mesh.url, identity: await accessIn(mesh.keys).identity("operator"), logger: loud });
  const keys = await Fleet.follow(operator, accessIn(mesh.keys), loud);
  const asks = portsOf(operator, "operator", keys, loud).log;
  const { log } = await mesh.connect("ours", loud); // the operator would ask for what is new four times a second
  const over = new AbortController();
  const open = new Map<string, () => void>();
  const followed = log.follow(["run.ours.end.>"], 0, ({ subject }) => open.get(subject.split(".")[4] ?? "")?.(), over.signal);
  return {
    mesh,
    log,
    run: async (workflow, ids, steps) => {
      const ended = ids.map((id) => new Promise<void>((resolve) => void open.set(id, resolve)));
      const began = performance.now();
      await Promise.all(ids.map((id) => ask(asks, "ours", id, { workflow, input: { steps } })));
      await Promise.all(ended);
      const took = performance.now() - began;
      open.clear();
      return took;
    },
    [Symbol.asyncDispose]: async () => {
      over.abort();
      await operator.close();
      await followed;
      await mesh[Symbol.asyncDispose]();
    },
  };
}

/** In one account, where a plain client may do all that the raw side does. */
export async function openPlace(sync: Sync): Promise<Place> {
  const ours = await openOurs(sync, { walled: false });
  const { url, keys } = ours.mesh;
  const [bare, judge] = await Promise.all(["bare", "provisioner"].map((name) => rawClient({ url, keys, name })));
  if (bare === undefined || judge === undefined) throw new Error("two clients were asked for");
  return {
    ...ours,
    bare,
    judge,
    [Symbol.asyncDispose]: async () => {
      await Promise.all([bare.close(), judge.close()]);
      await ours[Symbol.asyncDispose]();
    },
  };
}

/** A replica of `ours` in this process, its spans sampled at 10 % and sent by OTLP. */
export async function startOurs(mesh: Pick<TestMesh, "connect">): Promise<AsyncDisposable & { readonly engine: Engine }> {
  const sink = createServer((request, response) => {
    request.resume().on("end", () => response.end());
  });
  await new Promise<void>((resolve) => sink.listen(0, "127.0.0.1", resolve));
  const { port } = sink.address() as AddressInfo;
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` };
  const telemetry = await startTelemetry({ service: "ours", env, ratio: 0.1 });
  const ports = await mesh.connect("ours", loud);
  const engine = startReplica(benchTeam("ours"), { ...ports, tracer: telemetry.tracer, logger: loud }, noModels);
  return {
    engine,
    [Symbol.asyncDispose]: async () => {
      await engine.stop();
      await telemetry[Symbol.asyncDispose]();
      sink.closeAllConnections();
      sink.close();
    },
  };
}
