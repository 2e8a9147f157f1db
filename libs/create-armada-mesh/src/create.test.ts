import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { repositoryFiles } from "./repository-files.ts";

const MAIN = fileURLToPath(new URL("./main.ts", import.meta.url));

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), "armada-create-"));
  onTestFinished(() => rmSync(made, { recursive: true }));
  return made;
}

test.each([
  [[], 2, "name the folder of the new repository (USAGE)"],
  [["a", "b"], 2, "name the folder of the new repository (USAGE)"],
  [["mesh", "--flag"], 2, "'--flag'"],
  [["Mesh"], 1, '"Mesh" cannot name a package (BAD_NAME)'],
  [["mesh", "--team", "my-team"], 1, '"my-team" is not a legal name (BAD_NAME)'],
  [["mesh", "--team", "operator"], 1, "operator: the mesh itself uses that name (BAD_NAME)"],
])("%j is refused before anything is written", (args, code, says) => {
  const cwd = folder();
  const { status, stderr } = spawnSync(process.execPath, [MAIN, ...args], { cwd, encoding: "utf8" });
  expect([status, stderr]).toEqual([code, expect.stringContaining(says)]);
  expect(readdirSync(cwd)).toEqual([]);
});

test("it says what it takes, and writes nothing", () => {
  const cwd = folder();
  for (const args of [["--help"], ["mesh", "-h"]]) {
    const { status, stdout } = spawnSync(process.execPath, [MAIN, ...args], { cwd, encoding: "utf8" });
    expect([status, stdout]).toEqual([0, expect.stringMatching(/^npm create armada-mesh FOLDER [\s\S]*--team NAME/)]);
  }
  expect(readdirSync(cwd)).toEqual([]);
});

test("a folder that holds something keeps it", () => {
  const cwd = folder();
  mkdirSync(join(cwd, "mesh"));
  writeFileSync(join(cwd, "mesh/notes.md"), "mine");
  const { status, stderr } = spawnSync(process.execPath, [MAIN, "mesh"], { cwd, encoding: "utf8" });
  expect([status, stderr]).toEqual([1, expect.stringContaining("mesh is there and not empty (FOLDER_TAKEN)")]);
  expect(readdirSync(join(cwd, "mesh"))).toEqual(["notes.md"]);
});

test("a repository that cannot be installed says so, and how to go on", () => {
  const cwd = folder();
  const env = {
    ...process.env,
    npm_config_registry: "http://127.0.0.1:9",
    npm_config_offline: "true",
    npm_config_cache: join(cwd, "cache"),
  };
  const { status, stderr } = spawnSync(process.execPath, [MAIN, "mesh"], { cwd, encoding: "utf8", env });
  expect([status, stderr]).toEqual([1, expect.stringMatching(/npm install .*ended with 1 \(INSTALL_FAILED\)\n {2}mend what it says/)]);
  expect(existsSync(join(cwd, "mesh/package.json"))).toBe(true);
});

test("a repository uses the packages of one version", () => {
  const files = repositoryFiles("mesh", "0.7.0");
  const about: unknown = JSON.parse(files.get("package.json") ?? "");
  expect(about).toMatchObject({ name: "mesh", private: true, type: "module", dependencies: { "armada-mesh": "^0.7.0" } });
  expect(files.get("README.md")).toMatch(/^# mesh\n[\s\S]*`npx armada new team NAME`/);
  expect(files.get(".gitignore")?.split("\n")).toEqual(["node_modules/", ".armada/", "*.key", "*.secret", ""]);
});
