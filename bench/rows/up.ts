import { spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { askFor } from "../asking.ts";
import type { Row } from "../row.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const FOLDER = "examples/coastal-heat";

/** From `armada up` in an empty folder, everything installed, to the end of its first article. */
export const up: Row = {
  name: "up",
  syncs: ["always"],
  short: [],
  processes: 1,
  runs: "cold",
  about: "a process a team; the run is an article by the local model, asked for as soon as `up` says that it is ready",
  measure: async (options) => {
    const ours: number[] = [];
    const input = await brief();
    await once(input); // what a first start downloads is there after it
    for (let round = 1; round <= options.rounds; round++) {
      ours.push(await once(input));
      options.say(`round ${round}: ${ours.at(-1)?.toFixed(2)} s`);
    }
    return [{ name: "up", ours, raw: [], unit: "s", target: { most: 3 } }];
  },
};

async function once(input: unknown): Promise<number> {
  const cwd = await mkdtemp(join(tmpdir(), "armada-bench-"));
  const began = Date.now();
  const child = spawn(process.execPath, [join(root, "infra/bootstrap/armada.mjs"), "up", "--json", "--port", "0"], {
    cwd,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const gone = new Promise((resolve) => child.once("exit", resolve));
  try {
    await new Promise<void>((resolve, reject) => {
      let said = "";
      child.stdout.on("data", (chunk) => {
        said += chunk;
        if (said.includes('"type":"ready"')) resolve();
      });
      child.once("exit", (code) => reject(new Error(`up ended with ${code}`)));
    });
    const mesh = JSON.parse(await readFile(join(cwd, ".armada/mesh.json"), "utf8")) as { nats: string; keys: string };
    const ended = await askFor({ url: mesh.nats, keys: mesh.keys, team: "content", run: "first", workflow: "create_article", input });
    return (ended - began) / 1_000;
  } finally {
    child.kill("SIGTERM");
    await gone;
    await rm(cwd, { recursive: true, force: true });
  }
}

async function brief(): Promise<unknown> {
  const folder = join(root, FOLDER);
  const { topic, questions } = JSON.parse(await readFile(join(folder, "brief.json"), "utf8")) as { topic: string; questions?: string[] };
  const names = (await readdir(folder)).filter((name) => name !== "brief.json").sort();
  const documents = await Promise.all(names.map(async (name) => ({ name, text: await readFile(join(folder, name), "utf8") })));
  return { topic, documents, ...(questions === undefined ? {} : { questions }) };
}
