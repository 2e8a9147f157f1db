import { type ExecFileException, execFile } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { z } from "zod";
import { bySender } from "../harness/gateway-events.ts";
import { here, type Up } from "../harness/product.ts";
import { type About, count, type Figure, none } from "../harness/proof.ts";
import type { StoredEvent } from "../judges/streams.ts";

type Run = (command: string, args: readonly string[]) => Promise<string>;

/** An SDK that is not ours. `install` prepares it in an empty folder and answers the command that sends: URL, key and file follow. */
type Client = {
  readonly name: string;
  readonly wants: string;
  install(folder: string, run: Run): Promise<readonly [string, ...string[]]>;
  /** What it does to an event before it is on the wire, so that nobody could read it as meant: by mode and id, with the reason. */
  readonly spoils: Readonly<Record<string, string>>;
  /** What it does not send, by mode and id. */
  readonly keeps: readonly string[];
};

const SENDERS = join(here, "acceptance/proofs/edge/events-clients");
const MINUTES = 60_000;

const python = (version: string, sender: string): Client["install"] => {
  return async (folder, run) => {
    await run("python3", ["-m", "venv", folder]);
    const bin = join(folder, "bin/python");
    await run(bin, ["-m", "pip", "-q", "install", `cloudevents==${version}`, "requests==2.32.5"]);
    return [bin, join(SENDERS, sender)];
  };
};

const clients: readonly Client[] = [
  {
    name: "python1",
    wants: "python3",
    install: python("1.13.0", "send_1.py"),
    spoils: { "binary-text": "it writes text as JSON, in quotes", "binary-xml": "the same" },
    // requests encodes header values in Latin-1, and takes no numbers
    keeps: ["binary-beyond", "binary-extensions"],
  },
  {
    name: "python2",
    wants: "python3",
    install: python("2.2.0", "send_2.py"),
    spoils: {
      "binary-list": "it writes a list as Python does, not as JSON",
      "binary-string": "it writes a JSON string without its quotes",
    },
    keeps: [],
  },
  {
    name: "js",
    wants: "npm",
    install: async (folder, run) => {
      writeFileSync(join(folder, "package.json"), "{}");
      await run("npm", ["install", "--prefix", folder, "--no-audit", "--no-fund", "-E", "cloudevents@10.0.0"]);
      copyFileSync(join(SENDERS, "send.mjs"), join(folder, "send.mjs"));
      return [process.execPath, join(folder, "send.mjs")];
    },
    spoils: { "binary-string": "it writes a JSON string without its quotes" },
    // node:http takes no header beyond Latin-1
    keeps: ["binary-beyond"],
  },
  {
    name: "go",
    wants: "go",
    install: async (folder, run) => {
      writeFileSync(join(folder, "go.mod"), "module sender\n\ngo 1.23\n\nrequire github.com/cloudevents/sdk-go/v2 v2.16.2\n");
      copyFileSync(join(SENDERS, "send.go"), join(folder, "main.go"));
      await run("go", ["-C", folder, "mod", "tidy"]);
      await run("go", ["-C", folder, "build", "-o", "sender", "."]);
      return [join(folder, "sender")];
    },
    spoils: {},
    keeps: [],
  },
  {
    name: "java",
    wants: "mvn",
    install: async (folder, run) => {
      copyFileSync(join(SENDERS, "pom.xml"), join(folder, "pom.xml"));
      const copied = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies";
      await run("mvn", ["-q", "-B", "-f", join(folder, "pom.xml"), copied, `-DoutputDirectory=${join(folder, "lib")}`]);
      const path = join(folder, "lib", "*");
      await run("javac", ["-cp", path, "-d", join(folder, "out"), join(SENDERS, "Send.java")]);
      return ["java", "-cp", [path, join(folder, "out")].join(delimiter), "Send"];
    },
    spoils: {},
    keeps: [],
  },
];

const Given = z.array(
  z.object({
    attributes: z.record(z.string(), z.union([z.string(), z.number()])),
    data: z.unknown().optional(),
    base64: z.string().optional(),
  }),
);
type Given = z.infer<typeof Given>[number];
const Line = z.object({ mode: z.string(), id: z.string(), status: z.number(), text: z.string().optional() });

/** The SDKs of four languages, each installed as its users do, send the same events to the gateway; what arrives is what they were given. */
export async function* foreign(mesh: Up, say: About["say"]): AsyncGenerator<Figure> {
  const events = Given.parse(JSON.parse(readFileSync(join(SENDERS, "events.json"), "utf8")));
  for (const client of clients) {
    const folder = mkdtempSync(join(tmpdir(), `armada-prove-${client.name}-`));
    try {
      yield* sends(client, folder, events, mesh, say);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
}

async function* sends(client: Client, folder: string, events: readonly Given[], mesh: Up, say: About["say"]): AsyncGenerator<Figure> {
  const { name, spoils, keeps } = client;
  say(`${name}: installs into ${folder}, and sends ${events.length} events in each of its modes`);
  mkdirSync(folder, { recursive: true });
  const { gateway, key = "" } = mesh.mesh();
  let out: string;
  try {
    const [command, ...args] = await client.install(folder, run);
    const sdk = name === "js" ? [join(folder, "node_modules/cloudevents/dist/index.js")] : [];
    out = await run(command, [...args, `${gateway}/v1/events`, key, join(SENDERS, "events.json"), ...sdk]);
  } catch (error) {
    yield none(`${name}: it was installed and has sent`, [
      `${error instanceof Error ? error.message : String(error)}; it wants \`${client.wants}\``,
    ]);
    return;
  }
  const lines = out.split("\n").flatMap((line) => (line === "" ? [] : [Line.parse(JSON.parse(line))]));
  const stored = new Map([...(await bySender(mesh.mesh())).values()].map((event) => [event.id, event]));
  const modes = new Set(lines.map(({ mode }) => mode));
  const wrong: string[] = [];
  let equal = 0;
  for (const mode of modes)
    for (const given of events) {
      const what = `${mode}-${given.attributes.id}`;
      const line = lines.find(({ id }) => id === `${name}-${what}`);
      if (keeps.includes(what) || what in spoils) {
        if (line?.status === 202 && keeps.includes(what))
          wrong.push(`${what} was sent: the list of what ${name} cannot send is out of date`);
        continue;
      }
      const found = stored.get(`${name}-${what}`);
      const why = found === undefined ? `not stored: ${line?.status} ${line?.text?.slice(0, 200)}` : unlike(given, found);
      if (why === undefined) equal++;
      else wrong.push(`${what}: ${why}`);
    }
  const left = keeps.length + Object.keys(spoils).length;
  yield count(
    `${name}: events that came as they were given, in ${[...modes].join(", ")}`,
    equal,
    modes.size * events.length - left,
    wrong.join(" | "),
  );
}

const run: Run = (command, args) =>
  new Promise((resolve, reject) => {
    execFile(
      command,
      [...args],
      { timeout: 10 * MINUTES, maxBuffer: 16 * 1024 * 1024 },
      (error: ExecFileException | null, stdout, stderr) => {
        if (error === null) resolve(stdout);
        else if (error.code === "ENOENT") reject(new Error(`${command} is not there`));
        else reject(new Error(`${command} ${args.slice(0, 4).join(" ")} failed: ${stderr.slice(-600)}`));
      },
    );
  });

/** SDKs add a time and a content type of their own, and headers have no types: what was given has to be there. */
function unlike({ attributes, data, base64 }: Given, stored: StoredEvent): string | undefined {
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "id") continue;
    const found = stored[name === "traceparent" ? `origin${name}` : name];
    const same = name === "time" ? Date.parse(String(found)) === Date.parse(String(value)) : String(found) === String(value);
    if (!same) return `${name} is ${JSON.stringify(found)}`;
  }
  if (base64 !== undefined) return stored.data_base64 === base64 ? undefined : `its bytes are ${JSON.stringify(stored)}`;
  // A text may come as its bytes in base64: the JSON format leaves it to the sender.
  const found = typeof stored.data_base64 === "string" ? Buffer.from(stored.data_base64, "base64").toString("utf8") : stored.data;
  return JSON.stringify(found) === JSON.stringify(data) ? undefined : `its data is ${JSON.stringify(found)}`;
}
