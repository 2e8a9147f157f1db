import { readFileSync } from "node:fs";
import { join } from "node:path";
import { withDocuments } from "../documents/article/articles-of.ts";
import { here } from "../harness/product.ts";
import { atLeast, holds, type Proof } from "../harness/proof.ts";

const FILE = "harbour-courier.html";
const SENTENCES = 6;

/** One document gives an article of several sentences, or it is said that two are needed; never one sentence called an article. */
export const run: Proof = async function* () {
  using folder = withDocuments({ [FILE]: readFileSync(join(here, "examples/coastal-heat", FILE), "utf8") });
  const topic = "How Skarhaven heats itself with its seawater heat pump";
  const { code, stdout, stderr } = await folder.attempt(topic);
  if (code !== 0) {
    yield holds(
      "it is refused, and says that two documents are needed",
      code === 3 && /two documents/u.test(stdout + stderr),
      stderr.slice(-300),
    );
    return;
  }
  const { output } = await folder.article(topic);
  yield atLeast("sentences of one document of 529 words", output.statements.length, SENTENCES);
};
