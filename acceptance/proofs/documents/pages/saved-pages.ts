import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { z } from "zod";

/**
 * The saved pages of the test set of Mozilla's readability library (Apache-2.0): each a page as it was served and its main part as
 * that library's maintainers keep it. Data for a run, in a temporary folder; nothing of it is kept.
 */
export type SavedPage = { readonly name: string; readonly source: Uint8Array; readonly expected: string };
export type SavedPages = Disposable & { readonly from: string; readonly pages: readonly SavedPage[] };

const REPOSITORY = "https://github.com/mozilla/readability";
const COMMIT = "ab4027a8b37669745016869a37a504727992b2ba";
/** A port to Go whose own test data they are too, but for one page less and five more. */
const MODULE = "codeberg.org/readeck/go-readability/v2@v2.1.3";
const MINUTES = 60_000;

const run = promisify(execFile);

/** The repository at its commit by git, else the port by Go's own client. @throws Error that says what each of them answered */
export async function bringSavedPages(): Promise<SavedPages> {
  const folder = mkdtempSync(join(tmpdir(), "armada-pages-"));
  const dispose = { [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
  const why: string[] = [];
  for (const { from, bring } of [
    { from: `${REPOSITORY} at ${COMMIT.slice(0, 12)}`, bring: byGit },
    { from: MODULE, bring: byGo },
  ])
    try {
      return { from, pages: readPages(await bring(folder)), ...dispose };
    } catch (error) {
      why.push(`${from}: ${(error instanceof Error ? error.message : String(error)).trim().split("\n").at(-1)}`);
    }
  dispose[Symbol.dispose]();
  throw new Error(why.join("; "));
}

async function byGit(folder: string): Promise<string> {
  const to = join(folder, "git");
  mkdirSync(to);
  const git = (...args: string[]): Promise<unknown> =>
    run("git", ["-C", to, ...args], { timeout: 5 * MINUTES, env: { ...process.env, GIT_TERMINAL_PROMPT: "0" } });
  await git("init", "--quiet");
  await git("fetch", "--quiet", "--depth", "1", REPOSITORY, COMMIT);
  await git("checkout", "--quiet", "FETCH_HEAD", "--", "test/test-pages");
  return join(to, "test/test-pages");
}

async function byGo(folder: string): Promise<string> {
  const { stdout } = await run("go", ["mod", "download", "-json", MODULE], {
    timeout: 5 * MINUTES,
    cwd: folder,
    // Its cache goes with the folder.
    env: { ...process.env, GOMODCACHE: join(folder, "go"), GOFLAGS: "-modcacherw" },
  });
  return join(z.object({ Dir: z.string() }).parse(JSON.parse(stdout)).Dir, "test-pages");
}

function readPages(from: string): SavedPage[] {
  return readdirSync(from)
    .filter((name) => existsSync(join(from, name, "source.html")) && existsSync(join(from, name, "expected.html")))
    .sort()
    .map((name) => ({
      name,
      source: readFileSync(join(from, name, "source.html")),
      expected: readFileSync(join(from, name, "expected.html"), "utf8"),
    }));
}
