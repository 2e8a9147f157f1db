import { notRead, reading, sentencesRead } from "../documents/article/document-reading.ts";
import { holds, type Proof } from "../harness/proof.ts";

const mark = (note: number): string => `<sup class="reference"><a href="#cite-${note}">[${note}]</a></sup>`;
const WIKI = `<html><body><h1>Tram line to Harbour East</h1><p>The tram line to Harbour East opened in the autumn of 2027.${mark(1)} The tram line to Harbour East carries 9,000 passengers a day.${mark(2)}</p><h2>History<span class="mw-editsection">[edit]</span></h2><p>The tram line was planned for nine years.${mark(3)}</p></body></html>`;

/** Reference marks and edit links are furniture inside the text. */
export const run: Proof = async function* () {
  const { text, sentences } = await reading("wiki.html", WIKI);
  yield sentencesRead(sentences, [
    "The tram line to Harbour East opened in the autumn of 2027.",
    "The tram line to Harbour East carries 9,000 passengers a day.",
  ]);
  yield notRead(text, ["[1]", "[2]", "[3]", "edit]"]);
  yield holds("the heading is History", /^#+ History$/mu.test(text), text);
};
