import { readDocument } from "@armada/text";
import { type About, atLeast, atMost, type Figure, none } from "../../harness/proof.ts";
import { UNSEEN } from "./page-furniture.ts";
import { expectedText, LOST, type PageScore, SWOLLEN, scorePage } from "./page-judge.ts";
import { drawPages, layouts } from "./page-set.ts";
import { bringSavedPages, type SavedPages } from "./saved-pages.ts";

type Read = PageScore & { readonly name: string; readonly text: string };
/** Words that a page's main part must have to be judged: below it two words more or less are a tenth. */
const JUDGED_WORDS = 20;

/**
 * Pages are read as people read them: the main part whole, its surroundings not. `page-judge.ts` says when a page is lost or swollen.
 * Two sets are judged apart: the saved pages of a public test set, and pages drawn from layouts of other kinds (`pages/layouts`).
 * The short form draws one page a layout and leaves the saved pages to the full form.
 */
export async function* run({ short, seed, say }: About): AsyncGenerator<Figure> {
  yield* judged("drawn pages", await drawn(seed, short ? 1 : 4));
  if (short) say("left to the full form: the saved pages of the public test set");
  else yield* saved(say);
}

async function drawn(seed: number, each: number): Promise<Read[]> {
  const out: Read[] = [];
  for (const { name, bytes, type, expected } of drawPages(seed, each)) out.push(await read(name, bytes, expected, type));
  return out;
}

async function* saved(say: About["say"]): AsyncGenerator<Figure> {
  let brought: SavedPages;
  try {
    brought = await bringSavedPages();
  } catch (error) {
    yield none("saved pages: they were brought", [`they cannot be had here: ${error instanceof Error ? error.message : String(error)}`]);
    return;
  }
  using set = brought;
  say(`saved pages: ${set.pages.length} from ${set.from}`);
  yield atLeast("saved pages", set.pages.length, 129, set.from);
  const out: Read[] = [];
  for (const { name, source, expected } of set.pages) out.push(await read(`${name}.html`, source, expectedText(expected)));
  yield* judged("saved pages", out);
}

/** What is refused was not read: then all its words are lost. */
async function read(name: string, bytes: Uint8Array, expected: string, type?: string): Promise<Read> {
  try {
    const { text } = await readDocument({ path: name, bytes, ...(type !== undefined && { type }) });
    return { name, text, ...scorePage(expected, text) };
  } catch (error) {
    return { name, text: error instanceof Error ? error.message : String(error), ...scorePage(expected, "") };
  }
}

function* judged(set: string, all: readonly Read[]): Generator<Figure> {
  const pages = all.filter(({ expected }) => expected >= JUDGED_WORDS);
  yield atLeast(
    `${set}: kinds and pages judged`,
    pages.length,
    Object.keys(layouts).length,
    `${all.length - pages.length} have fewer than ${JUDGED_WORDS} words`,
  );
  const lost = pages.filter((page) => page.lost > LOST);
  const swollen = pages.filter((page) => page.times > SWOLLEN);
  const list = (some: readonly Read[], show: (page: Read) => string): string => some.map((page) => `${page.name} ${show(page)}`).join(", ");
  yield atMost(
    `${set}: share that loses over a tenth of its text`,
    lost.length / pages.length,
    0.03,
    list(lost, (page) => `${Math.round(page.lost * 100)} %`),
  );
  yield atMost(
    `${set}: share that brings more than twice its text`,
    swollen.length / pages.length,
    0.06,
    list(swollen, (page) => `${page.times.toFixed(1)}×`),
  );
  yield none(
    `${set}: what no reader sees, read`,
    all.flatMap(({ name, text }) => UNSEEN.filter((words) => text.includes(words)).map((words) => `${name}: ${words}`)),
  );
}
