import { fork } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { startTestMesh, type TestMesh } from "@armada/nats/testing";
import { askFor } from "../asking.ts";
import { hundred } from "../hundred.ts";
import type { Row } from "../row.ts";
import { topology } from "../team.ts";

/** A service is looked at this long after it said that it serves, or after its run. */
const SETTLE_MS = 2_000;
const TEXT = readFileSync(new URL("../../examples/coastal-heat/annual-report-2024.md", import.meta.url), "utf8");

export const memory: Row = {
  name: "memory",
  syncs: ["always"],
  short: ["always"],
  processes: 1,
  runs: "none",
  about: "VmRSS; a service of 100 agents as `armada up` starts it",
  measure: async (options) => {
    const bare: number[] = [];
    const full: number[] = [];
    const server: number[] = [];
    await using mesh = await startTestMesh([topology(hundred)], { syncInterval: options.sync });
    const sink = createServer((request, response) => void request.resume().on("end", () => response.end()));
    await new Promise<void>((resolve) => sink.listen(0, "127.0.0.1", resolve));
    const endpoint = `http://127.0.0.1:${(sink.address() as AddressInfo).port}`;
    await service(mesh, {}); // the first start of new code compiles it
    for (let round = 1; round <= options.rounds; round++) {
      server.push(await atStart(options.sync));
      bare.push(await service(mesh, {}));
      full.push(await service(mesh, { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }, `memory-${round}`));
      options.say(`round ${round}: ${bare.at(-1)} MB bare, ${full.at(-1)} MB with model and OTLP, server ${server.at(-1)} MB`);
    }
    sink.closeAllConnections();
    sink.close();
    return [
      { name: "memory bare", ours: bare, raw: [], unit: "MB", target: { most: 130 } },
      { name: "memory full", ours: full, raw: [], unit: "MB", target: { most: 200 } },
      { name: "memory nats-server", ours: server, raw: [], unit: "MB", target: { most: 60 } },
    ];
  },
};

async function atStart(sync: "always" | "100ms"): Promise<number> {
  await using mesh = await startTestMesh([topology(hundred)], { syncInterval: sync });
  return residentOf(mesh.servers[0]?.pid());
}

async function service(mesh: TestMesh, env: Readonly<Record<string, string>>, run?: string): Promise<number> {
  const main = fileURLToPath(new URL("../service.main.ts", import.meta.url));
  const { PATH, NODE_COMPILE_CACHE, NODE_COMPILE_CACHE_PORTABLE } = process.env; // the bootstrap's, as `armada up` hands it on
  const settings = { PATH, NODE_COMPILE_CACHE, NODE_COMPILE_CACHE_PORTABLE, NATS_URL: mesh.url, NATS_CREDS: mesh.keys, ...env };
  const child = fork(main, { stdio: ["ignore", "ignore", "inherit", "ipc"], env: settings });
  try {
    await new Promise<void>((resolve, reject) => {
      child.on("message", ({ type }: { type: string }) => type === "ready" && resolve());
      child.once("exit", (code) => reject(new Error(`the service ended with ${code}`)));
    });
    if (run !== undefined) await askFor({ url: mesh.url, keys: mesh.keys, team: "hundred", run, workflow: "ask", input: { text: TEXT } });
    await pause(SETTLE_MS);
    return residentOf(child.pid);
  } finally {
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await gone;
  }
}

function residentOf(pid: number | undefined): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1_024);
}
