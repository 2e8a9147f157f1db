import { reading, sentencesRead } from "../documents/article/document-reading.ts";
import { holds, type Proof } from "../harness/proof.ts";

const PAGE = `<html><body><nav-bar><a href="/">Home</a></nav-bar><h1>Tram line to Harbour East approved</h1><p>The council approved the tram line to Harbour East on 4 March 2025. The tram line is 6.2 km long and has nine stops.</p><nav><a href="/2">Next page</a></nav></body></html>`;

/** An element whose name begins like another's is an element of its own. */
export const run: Proof = async function* () {
  const { text, sentences } = await reading("council.html", PAGE);
  yield sentencesRead(sentences, [
    "The council approved the tram line to Harbour East on 4 March 2025.",
    "The tram line is 6.2 km long and has nine stops.",
  ]);
  yield holds("its heading is read", text.includes("Tram line to Harbour East approved"), text);
};
