import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { readMesh } from "@armada/operations/mesh/mesh-file";
import { afterAll, beforeAll, expect, test } from "vitest";
import { lines } from "./lines.ts";
import { armada, type Ended, place, type Started, says, start } from "./testing/product.ts";

const HOUR_MS = 3_600_000;
const WEEK_MS = 7 * 24 * HOUR_MS;
const NEAR_MS = 60_000;
/** Every process of the mesh but nats-server has a clock that is an hour behind. */
const BEHIND = `--import=data:text/javascript,${encodeURIComponent(`const now = Date.now; Date.now = () => now() - ${HOUR_MS};`)}`;

const brief = (topic: string, text: string): string => JSON.stringify({ topic, approval: true, documents: [{ name: "a.md", text }] });
const TIDES = "# Tides\n\nTides rise and fall twice a day in the bay. The tides of the bay reach four metres in spring.";

const at = place();
let up: Started;
const run = (...args: string[]): Promise<Ended> => armada(at.folder, [...args, "--json"]);
const codeOf = ({ lines: [first] }: Ended): string | undefined => lines.error.safeParse(first).data?.code;

beforeAll(async () => {
  up = start(at.folder, ["up", "--json", "--port", "0", "--only", "content,gateway"], { NODE_OPTIONS: BEHIND });
  await says(up, '"type":"ready"', 90_000);
});
afterAll(async () => {
  up.child.kill("SIGTERM");
  await up.ended;
  at[Symbol.dispose]();
});

test("an approval shows what is approved, by whom and when, and its time is the server's", async () => {
  expect((await run("run", "content.create_article", "--input", brief("tides", TIDES), "--key", "tides")).code).toBe(0);
  const shown = async (): Promise<Record<string, unknown>> => {
    const [view] = (await run("runs", "show", "tides")).lines;
    return lines.run.parse(view).approvals?.[0] ?? {};
  };
  await expect.poll(shown, { timeout: 30_000 }).toMatchObject({ status: "open", question: "publish this article?" });
  const open = await shown();
  expect(open.show).toBeDefined();
  for (const [time, after] of [[open.askedAt, 0] as const, [open.until, WEEK_MS] as const])
    expect(Math.abs(Date.parse(String(time)) - after - Date.now())).toBeLessThan(NEAR_MS);
  await run("runs", "approve", "tides", "--by", "Mia");
  const answered = await shown();
  expect(answered).toMatchObject({ status: "approved", by: "Mia" });
  expect(Math.abs(Date.parse(String(answered.at)) - Date.now())).toBeLessThan(NEAR_MS);
  const mesh = await readMesh(join(at.folder, ".armada/mesh.json"));
  const byHttp = await fetch(new URL("/v1/runs/tides", mesh?.gateway), { headers: { authorization: `Bearer ${mesh?.key}` } });
  expect(await byHttp.json()).toMatchObject({ approvals: [answered] });
});

test("`runs list` refuses what there is not, and names what there is", async () => {
  const [status, team, workflow, known] = await Promise.all([
    run("runs", "list", "--status", "finished"),
    run("runs", "list", "--team", "contend"),
    run("runs", "list", "--workflow", "content.write"),
    run("runs", "list", "--team", "content", "--workflow", "create_article", "--status", "cancelled"),
  ]);
  expect([status.code, team.code, workflow.code, known.code]).toEqual([2, 2, 3, 0]);
  expect([codeOf(status), codeOf(team), codeOf(workflow)]).toEqual(["USAGE", "NO_SUCH_TEAM", "WORKFLOW_UNKNOWN"]);
  expect(status.stderr).toContain("running, waiting, parked");
  expect(team.stderr).toContain("content");
  expect(workflow.stderr).toContain("content.create_article");
});

test("an input of more than a message may hold is accepted", async () => {
  const input = join(at.folder, "large.json");
  writeFileSync(input, brief("tides", `${TIDES}\n\n${"The bay is wide and the water is cold. ".repeat(36_000)}`));
  const accepted = await run("run", "content.create_article", "--input", `@${input}`, "--key", "large");
  expect(accepted.lines, accepted.stderr).toMatchObject([{ type: "accepted", run: "large" }]);
  await expect.poll(async () => (await run("runs", "show", "large")).code, { timeout: 20_000 }).toBe(0);
  await run("runs", "cancel", "large");
});

test("an event goes to a gateway by its address and key, from a folder without a mesh", async () => {
  using elsewhere = place();
  const mesh = await readMesh(join(at.folder, ".armada/mesh.json"));
  const emit = (...args: string[]): Promise<Ended> =>
    armada(elsewhere.folder, [
      "emit",
      "com.example.article.requested",
      "--data",
      brief("moons", TIDES),
      "--gateway",
      mesh?.gateway ?? "",
      "--json",
      ...args,
    ]);
  const [sent, keyless, wrong] = await Promise.all([
    emit("--key-file", join(at.folder, ".armada/keys/gateway.key")),
    emit(),
    emit("--key-file", "nowhere"),
  ]);
  expect(sent.lines, sent.stderr).toMatchObject([{ type: "accepted" }]);
  expect([codeOf(keyless), codeOf(wrong)]).toEqual(["USAGE", "USAGE"]);
});

test("the doctor tells what the mesh was started with, whatever its own shell says", async () => {
  const read = async (): Promise<unknown> => (await readMesh(join(at.folder, ".armada/mesh.json")))?.environment;
  await expect.poll(read, { timeout: 20_000 }).toBeDefined();
  const own = { ANTHROPIC_API_KEY: "no-key", OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9" };
  let doctor = await armada(at.folder, ["doctor", "--json"], own);
  // A replica that the machine held up is away for a moment.
  for (let tries = 0; doctor.stdout.includes("NOT_CONNECTED") && tries < 20; tries++)
    doctor = await armada(at.folder, ["doctor", "--json"], own);
  const findings = new Map(doctor.lines.map((line) => lines.finding.parse(line)).map(({ name, value }) => [name, value]));
  expect([findings.get("models"), findings.get("traces")]).toEqual(["local", "not sent"]);
  expect(doctor.code, doctor.stdout).toBe(0);
});

test("a folder that cannot be written is a sentence", async () => {
  const ended = await armada(at.folder, ["up", "--data", "/dev/null/data", "--mesh", "other.json", "--json"]);
  expect(ended.code).toBe(1);
  expect(codeOf(ended)).toBe("FOLDER_UNUSABLE");
  expect(ended.stderr.split("\n").filter((line) => line.trim().startsWith("at "))).toEqual([]);
});
