import { readFileSync } from "node:fs";
import { join } from "node:path";
import { bytesOf, type DemoRun, demo } from "../../harness/demo.ts";
import { startModelServer } from "../../harness/model-server.ts";
import { type Place, place } from "../../harness/product.ts";
import { type About, atLeast, type Figure, holds, none } from "../../harness/proof.ts";
import { drawing } from "../contradictions/contradiction-drawing.ts";
import {
  type ArticleFolder,
  articleFolders,
  mixedFolders,
  renamed,
  subjectFolders,
  withOtherNumber,
  withoutOne,
} from "./article-folders.ts";
import { judgeArticle } from "./article-judge.ts";
import { readPage } from "./article-page.ts";
import { articleCoherence, shuffledWithin } from "./coherence.ts";
import { readFolder } from "./source-text.ts";
import { usedOrNamed } from "./used-or-named.ts";

const SHUFFLES = 100;

/** Every article says what its documents say, follows them, and is the same for the same input. */
export async function* run({ short, documents, seed, say }: About): AsyncGenerator<Figure> {
  using at = place();
  const all = articleFolders(documents);
  const folders = short ? all.slice(0, 1) : all;
  const subjects = new Set(subjectFolders().map(({ path }) => path));
  for (const folder of folders) {
    // That a mesh and one process write the same bytes is shown of every folder once, and three times of the examples.
    const quick = short || subjects.has(folder.path);
    say(`writing from ${folder.name}`);
    const whole = await demo(folder.path, at, folder.flags);
    yield* judged(folder.name, whole, folder.path);
    const told = await usedOrNamed(whole, folder.path);
    yield { ...told, name: `${folder.name}: ${told.name}` };
    const again = await demo(folder.path, at, [...folder.flags, "--stage", "prototype"]);
    const other = quick ? whole : await demo(folder.path, at, folder.flags);
    yield holds(
      `${folder.name}: the same bytes again and by --stage prototype`,
      bytesOf(whole) === bytesOf(again) && bytesOf(whole) === bytesOf(other),
    );
    yield* variations(folder, whole, at, quick ? ["--stage", "prototype"] : []);
  }
  for (const { name, path } of short ? [] : mixedFolders()) {
    const told = await usedOrNamed(await demo(path, at, ["--stage", "prototype"]), path);
    yield { ...told, name: `${name}: ${told.name}` };
  }
  if (!short) yield* readingOrder(at, seed, subjectFolders(), say);
  await using models = await startModelServer(at.cwd, "content-paraphrase");
  const paid: Place = { ...at, env: { ...at.env, ...models.env } };
  for (const folder of folders) {
    const run = await demo(folder.path, paid, folder.flags);
    yield* judged(`${folder.name}, paraphrased`, run, folder.path);
    yield holds(
      `${folder.name}, paraphrased: the model server was asked`,
      models.calls().some(({ task }) => task === "draft_article"),
    );
  }
}

/**
 * A blind test of the order in which an article says things: its score of coherence is higher than the mean score of a hundred drawn
 * orders of the same sentences within their sections. By chance ten of twelve would be so in one of fifty tries.
 */
async function* readingOrder(at: Place, seed: number, folders: readonly ArticleFolder[], say: About["say"]): AsyncGenerator<Figure> {
  const draw = drawing(seed);
  const scores: string[] = [];
  let worse = 0;
  for (const folder of folders) {
    const { output } = await demo(folder.path, at, [...folder.flags, "--stage", "prototype"]);
    const known = [...output.statements.map(({ text }) => text), ...output.unsourced];
    const { sections } = readPage(readFileSync(output.article, "utf8"), known);
    const score = articleCoherence(sections);
    const shuffled = Array.from({ length: SHUFFLES }, () => articleCoherence(shuffledWithin(sections, draw)));
    const mean = shuffled.reduce((sum, one) => sum + one, 0) / SHUFFLES;
    if (score > mean) worse++;
    scores.push(`${folder.name} ${score.toFixed(3)} against ${mean.toFixed(3)}`);
  }
  say(`reading order: ${scores.join(", ")}`);
  yield atLeast(`articles of ${folders.length} whose order is better than a drawn one`, worse, 10, scores.join(", "));
}

async function* variations(folder: ArticleFolder, whole: DemoRun, at: Place, how: readonly string[]): AsyncGenerator<Figure> {
  const write = (path: string): Promise<DemoRun> => demo(path, at, [...folder.flags, ...how]);
  const copy = (name: string): string => join(at.cwd, `${folder.name}-${name}`);
  const gone = withoutOne(folder.path, copy("without"));
  const less = await write(copy("without"));
  yield* judged(`${folder.name}, a document removed`, less, copy("without"), isThin(copy("without")));
  yield none(
    `${folder.name}, a document removed: statements from it`,
    less.output.statements.filter(({ source }) => source.file === gone).map(({ text }) => text),
  );

  renamed(folder.path, copy("renamed"));
  const named = await write(copy("renamed"));
  yield* judged(`${folder.name}, files renamed`, named, copy("renamed"));

  const changed = withOtherNumber(folder.path, copy("changed"), whole);
  yield holds(`${folder.name}, one number changed: a stated number can be changed`, changed !== undefined);
  if (changed === undefined) return;
  const other = await write(copy("changed"));
  yield* judged(`${folder.name}, one number changed`, other, copy("changed"));
  const quotes = other.output.statements.map(({ source }) => source.quote);
  yield holds(
    `${folder.name}, one number changed: the article states the new one`,
    quotes.includes(changed.after) && !quotes.includes(changed.before),
    `${changed.file}: ${changed.after}`,
  );
}

/** Too few words for an article of 500, which is then not asked. */
function isThin(folder: string): boolean {
  const words = [...readFolder(folder).values()].flatMap((text) => text.match(/\p{L}+/gu) ?? []);
  return words.length < 1_200;
}

function* judged(name: string, run: DemoRun, folder: string, thin = false): Generator<Figure> {
  yield holds(
    `${name}: completed, nothing degraded`,
    run.status === "completed" && run.degraded.length === 0,
    JSON.stringify(run.degraded),
  );
  for (const figure of judgeArticle(run, folder, { short: thin })) yield { ...figure, name: `${name}: ${figure.name}` };
}
