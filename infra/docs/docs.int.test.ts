import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { here, type Place, until } from "../../acceptance/proofs/harness/product.ts";
import { choose } from "../verify/short-forms/choice.ts";
import { headCommit } from "../verify/short-forms/commit.ts";
import { type Block, blocksOf, missingLines, standsIn } from "./blocks.ts";
import { clone, ownRepository } from "./clone.ts";
import { terminals } from "./terminal.ts";

const PAGE_MS = 300_000;
/** What a reader would look at again may come so much later. */
const LATE_MS = 120_000;

/** Its commands are typed in a repository of its own. */
const OWN = "docs/own-repository.md";
/** Every page that holds blocks; a page that is missing here is found by the last test. */
const pages = [
  "README.md",
  "docs/own-repository.md",
  "docs/article.md",
  "docs/tutorial.md",
  "docs/elsewhere.md",
  "docs/emitting.md",
  "docs/pushing-out.md",
  "docs/schedules.md",
  "docs/model-server.md",
  "docs/running-by-hand.md",
  "docs/nats-cli.md",
  "docs/operations/README.md",
  "docs/contracts.md",
  "docs/breakers.md",
  "docs/isolation.md",
  "docs/parked.md",
  "docs/sandboxes.md",
  "docs/concepts.md",
  "docs/reference/configuration.md",
  "docs/reference/http.md",
  "docs/reference/workflow-context.md",
  "docs/reference/agent-options.md",
  "docs/reference/testing.md",
  "docs/reference/keys.md",
  "docs/security.md",
];

/** A page takes about so much of a processor, s; and all that a gate runs of those that are not in each. */
const SECONDS = 15;
const ROOM = 45;
/** What a reader meets first. */
const ALWAYS: ReadonlySet<string> = new Set(["README.md"]);

/**
 * The pages that are run: those in each gate, those that the last commits touch, and a share of the others by turns, as the short forms
 * of proofs. All of them with ARMADA_DOCS=all.
 */
function chosen(): readonly string[] {
  if (process.env.ARMADA_DOCS === "all") return pages;
  const forms = pages.map((name) => ({ name, seconds: SECONDS, ...(ALWAYS.has(name) ? { always: true as const } : {}) }));
  const { turn, changed = [] } = headCommit();
  const { always, inTurn, touched } = choose(forms, { touched: new Set(changed.filter((path) => pages.includes(path))), turn, room: ROOM });
  return [...always, ...inTurn, ...touched];
}

const blocksIn = (page: string): Block[] => blocksOf(readFileSync(join(here, page), "utf8"));

/** The code that a page shows, and that is no file that a reader is to write. */
const shownIn = (page: string): string[] =>
  blocksIn(page).flatMap((block) => (block.kind === "ts" && block.note === undefined ? [block.text] : []));

test.concurrent.each(chosen().filter((page) => shownIn(page).length < blocksIn(page).length))(
  "%s does what it says, block by block",
  { timeout: PAGE_MS },
  async (page) => {
    using at = page === OWN ? ownRepository() : clone();
    const blocks = blocksIn(page);
    await run(page, blocks, at);
    // Tests are left out: a team's own kinds do not fit the type of `expectEvents`, seen; vitest runs them all the same.
    const files = blocks.flatMap((block) => {
      const path = block.kind === "ts" && block.note?.startsWith("file ") === true ? block.note.slice("file ".length) : "";
      return path === "" || path.endsWith(".test.ts") ? [] : [path];
    });
    if (files.length > 0) expect(typecheck(at.cwd, files), `${page}: its files`).toBe("");
  },
);

test("the code that pages show is typed, a module a page", () => {
  const folder = mkdtempSync(join(here, ".cache/docs-"));
  try {
    const files = pages.flatMap((page) => {
      const shown = shownIn(page);
      const file = `${page.replaceAll("/", "-")}.ts`;
      if (shown.length > 0) writeFileSync(join(folder, file), `${shown.join("\n\n")}\nexport {};\n`);
      return shown.length > 0 ? [file] : [];
    });
    expect(files.length).toBeGreaterThan(1);
    expect(typecheck(folder, files)).toBe("");
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("each page with blocks is among those that are run", () => {
  const listed = spawnSync("git", ["ls-files", "-z", "--", "docs/*.md", "*.md"], { cwd: here, encoding: "utf8" }).stdout.split("\0");
  const others = listed.filter((page) => /^(?:docs\/.*|README\.md)$/.test(page) && !pages.includes(page));
  expect(others.filter((page) => blocksIn(page).some(({ kind }) => kind !== "text"))).toEqual([]);
});

async function run(page: string, blocks: readonly Block[], at: Place): Promise<void> {
  await using reader = terminals(at, { npx: page === "README.md" || page === OWN });
  let said = (): string => "";
  let missing = false;
  for (const [index, block] of blocks.entries()) {
    const where = `${page}:${block.line}`;
    const before = missing;
    missing = block.kind !== "ctrl-c" && block.note?.startsWith("wants ") === true && !has(block.note.slice("wants ".length));
    if (missing || (before && block.kind === "text")) continue;
    if (block.kind === "ctrl-c") await reader.interrupt();
    else if (block.note === "from a registry") continue;
    else if (block.note?.startsWith("file ")) {
      const path = join(at.cwd, block.note.slice("file ".length));
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, `${block.text}\n`);
    } else if (block.note?.startsWith("as ")) {
      const path = block.note.slice("as ".length);
      expect(standsIn(block.text, readFileSync(join(at.cwd, path), "utf8")), `${where}: it is not what ${path} says`).toBe(true);
    } else if (block.kind === "sh")
      try {
        const stays = block.note === "stays until Ctrl-C";
        const type = (): Promise<string> => (stays ? reader.stay(block.text) : reader.type(block.text, block.note === "fails"));
        let heard = await type();
        const next = blocks[index + 1];
        if (block.note === "again until it says so" && next?.kind === "text")
          for (const deadline = Date.now() + LATE_MS; missingLines(next.text, heard).length > 0 && Date.now() < deadline; )
            heard = await type();
        said = stays ? reader.said : () => heard;
      } catch (error) {
        throw new Error(`${where}: ${error instanceof Error ? error.message : String(error)}\nthe other terminal:\n${reader.said()}`);
      }
    else if (block.kind === "json") JSON.parse(block.text);
    else if (block.kind === "text") {
      const other = block.note === "comes in the other terminal";
      if (other)
        await until(`${where} in the other terminal`, LATE_MS, () => missingLines(block.text, reader.said()).length === 0).catch(() => "");
      const output = other ? reader.said() : said();
      expect(missingLines(block.text, output), `${where}: not said, in this order, in\n${output}`).toEqual([]);
    }
  }
}

function has(program: string): boolean {
  return spawnSync(program, ["--version"], { stdio: "ignore" }).status === 0;
}

/** @returns what tsc says of files in a folder; by one thread it takes a third less of the processor, which others wait for */
function typecheck(folder: string, files: readonly string[]): string {
  writeFileSync(join(folder, "tsconfig.page.json"), JSON.stringify({ extends: join(here, "tsconfig.base.json"), files }));
  const tsc = join(here, "node_modules/typescript/bin/tsc");
  const ended = spawnSync(process.execPath, [tsc, "-p", "tsconfig.page.json", "--singleThreaded"], { cwd: folder, encoding: "utf8" });
  return `${ended.stdout}${ended.stderr}`.trim();
}
