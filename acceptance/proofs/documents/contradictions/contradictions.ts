import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type DemoRun, demo, tryDemo } from "../../harness/demo.ts";
import { startModelServer } from "../../harness/model-server.ts";
import { here, type Place, place } from "../../harness/product.ts";
import { type About, atLeast, atMost, count, type Figure, holds, none } from "../../harness/proof.ts";
import { type ArticleFolder, articleFolders, shortFolders, subjectFolders } from "../article/article-folders.ts";
import { judgeArticle } from "../article/article-judge.ts";
import { makeBadInputs } from "./bad-inputs.ts";
import { drawing } from "./contradiction-drawing.ts";
import { generate } from "./contradiction-generator.ts";
import { judgeContradictions, type PlantedSet } from "./contradiction-judge.ts";

/** One process and no server: the same bytes as the mesh writes, which the proof `article` shows. */
const QUICK = ["--stage", "prototype"];
/** What content-falsifier.ts writes in place of a document's figure, and of how many sentences it breaks the proof. */
const FALSE_FIGURE = "98,761";
const FALSIFIED = 3;
/** What content-inventor.ts makes up. */
const INVENTED = ["4,317", "Ludmila Harrowgate", "nothing in forty years prepared us for it"];

/** What the documents contradict is listed, what nobody says is marked, and what cannot be written from is refused in words. */
export async function* run({ short, seed, say }: About): AsyncGenerator<Figure> {
  using at = place();
  yield* planted(at);
  yield* subjects(at, "folders of other subjects", subjectFolders().slice(0, short ? 3 : 12));
  yield* subjects(at, "folders of short documents", shortFolders().slice(0, short ? 2 : 6));
  yield* seeded(at, seed, short ? 4 : 50, say);
  for (const { name, path } of articleFolders("").slice(0, short ? 1 : 3)) {
    const { output } = await demo(path, at, QUICK);
    yield atMost(
      `${name}: contradictions listed`,
      output.contradictions.length,
      2,
      output.contradictions.map(({ about }) => about).join(" | "),
    );
  }
  yield* inventions(at);
  yield* falsified(at);
  yield* badInputs(at, short ? new Set(["empty", "binary", "other-topic", "german"]) : undefined);
}

async function* planted(at: Place): AsyncGenerator<Figure> {
  const folder = join(here, "examples/contradictions");
  const set: PlantedSet = JSON.parse(readFileSync(join(folder, "planted.json"), "utf8"));
  const { found, missed, decoys } = judgeContradictions(await demo(folder, at), set);
  yield atLeast("planted pairs found, of 12", found.length, 10, missed.join(" | "));
  yield atMost("planted decoys listed, of 12", decoys.length, 2, decoys.join(" | "));
}

/** On the same terms as the planted twelve: of each folder's pairs ten in twelve, of its decoys two in twelve. */
async function* subjects(at: Place, of: string, folders: readonly ArticleFolder[]): AsyncGenerator<Figure> {
  const sum = { found: 0, pairs: 0, planted: 0, missed: [] as string[], decoys: [] as string[], noisy: [] as string[] };
  for (const { name, path } of folders) {
    const set: PlantedSet = JSON.parse(readFileSync(join(path, "planted.json"), "utf8"));
    const { found, missed, decoys, others } = judgeContradictions(await demo(path, at, QUICK), set);
    sum.found += found.length;
    sum.pairs += set.pairs.length;
    sum.planted += set.decoys.length;
    sum.missed.push(...missed.map((id) => `${name}: ${id}`));
    sum.decoys.push(...decoys.map((id) => `${name}: ${id}`));
    if (others.length > 2) sum.noisy.push(`${name}: ${others.join(", ")}`);
  }
  yield atLeast(`pairs found in ${folders.length} ${of}`, sum.found, Math.floor((sum.pairs * 10) / 12), sum.missed.join(" | "));
  yield atMost(`decoys listed in the ${of}`, sum.decoys.length, Math.ceil((sum.planted * 2) / 12), sum.decoys.join(" | "));
  yield none(`${of} with more than two other contradictions`, sum.noisy);
}

async function* seeded(at: Place, seed: number, sets: number, say: (line: string) => void): AsyncGenerator<Figure> {
  const draw = drawing(seed);
  const sum = { found: 0, pairs: 0, listed: 0, decoys: 0, others: 0 };
  for (let i = 0; i < sets; i++) {
    const one = draw.integer(1, 2 ** 31 - 1);
    const { documents, pairs, decoys } = generate(one);
    const folder = join(at.cwd, `set-${one}`);
    mkdirSync(folder);
    for (const { name, text } of documents) writeFileSync(join(folder, name), text);
    const judged = judgeContradictions(await demo(folder, at, [...QUICK, "--topic", topicOf(documents[0]?.text ?? "")]), { pairs, decoys });
    if (judged.missed.length > 2 || judged.decoys.length > 2)
      say(`set ${one}: missed ${judged.missed.join(", ")}; decoys ${judged.decoys.join(", ")}`);
    sum.found += judged.found.length;
    sum.pairs += pairs.length;
    sum.listed += judged.decoys.length;
    sum.decoys += decoys.length;
    sum.others += judged.others.length;
  }
  const detail = `${sets} sets: ${sum.found} of ${sum.pairs} pairs, ${sum.listed} of ${sum.decoys} decoys, ${sum.others} others`;
  yield atLeast("share of the pairs of seeded sets that is found", sum.found / sum.pairs, 0.8, detail);
  yield atMost("share of their decoys that is listed", sum.listed / sum.decoys, 0.15, detail);
}

/** The generator's documents open with `Heading: the Town Place`. */
function topicOf(text: string): string {
  return (text.split("\n", 1)[0] ?? "").replace(/^.*: /u, "");
}

async function* inventions(at: Place): AsyncGenerator<Figure> {
  const folder = join(here, "examples/coastal-heat");
  await using models = await startModelServer(at.cwd, "content-inventor");
  const run: DemoRun = await demo(folder, { ...at, env: { ...at.env, ...models.env } });
  const { unsourced, metadata } = run.output;
  yield none(
    "inventions that are not listed as unsourced",
    INVENTED.filter((text) => !unsourced.some((one) => one.includes(text))),
  );
  const markdown = readFileSync(run.output.article, "utf8");
  const front = [markdown.split(/^## /mu, 1)[0], metadata.title, metadata.description, ...metadata.keywords].join("\n");
  yield none(
    "inventions in title, standfirst or metadata",
    INVENTED.filter((text) => front.includes(text)),
  );
  // That an unsourced sentence carries its mark, on both pages, is the article judge's to see.
  const wanted = /not in their file|lacks|without a mark|neither|up front|unsourced/u;
  for (const figure of judgeArticle(run, folder))
    if (wanted.test(figure.name)) yield { ...figure, name: `inventing model: ${figure.name}` };
}

/** A page in prose is under the same proof: a figure that was changed, a quote that was dropped and a wrong file carry nothing. */
async function* falsified(at: Place): AsyncGenerator<Figure> {
  await using models = await startModelServer(at.cwd, "content-falsifier");
  const { output } = await demo(join(here, "examples/coastal-heat"), { ...at, env: { ...at.env, ...models.env } });
  yield holds(
    "falsifying editor: the model server was asked",
    models.calls().some(({ task }) => task === "edit_article"),
  );
  yield count(
    "falsifying editor: sentences that are listed as unsourced",
    output.unsourced.length,
    FALSIFIED,
    output.unsourced.join(" | "),
  );
  yield none(
    "falsifying editor: statements with its figure",
    output.statements.map(({ text }) => text).filter((text) => text.includes(FALSE_FIGURE)),
  );
  const markdown = readFileSync(output.article, "utf8");
  yield none(
    "falsifying editor: sentences without a mark",
    output.unsourced.filter((text) => !markdown.includes(`${text} **[unsourced]**`)),
  );
  yield atLeast("falsifying editor: statements that stay", output.statements.length, 10);
}

async function* badInputs(at: Place, only: ReadonlySet<string> | undefined): AsyncGenerator<Figure> {
  const dir = join(at.cwd, "bad");
  mkdirSync(dir);
  for (const { name, folder, topic, expect, mentions } of makeBadInputs(dir)) {
    if (only !== undefined && !only.has(name)) continue;
    const { code, stdout, stderr } = await tryDemo(folder, at, [...QUICK, "--topic", topic]);
    const said = stdout + stderr;
    yield count(`${name}: exit code`, code, expect === "refused" ? 3 : 0, said.slice(-300));
    // The page of a completed run names what was left out; a refusal names it on the terminal.
    // Root reads what nobody may read; then there is nothing to say.
    if (name !== "unreadable" || process.getuid?.() !== 0)
      yield holds(`${name}: says ${mentions}`, said.toLowerCase().includes(mentions.toLowerCase()), said.slice(-300));
    yield holds(`${name}: no stack trace`, !/\n\s+at .+:\d+:\d+/u.test(said), said.slice(-300));
  }
}
