import { reading, sentencesRead } from "../documents/article/document-reading.ts";
import { holds, type Proof } from "../harness/proof.ts";

const PAGE = `<html><head><title>Council minutes</title></head><body><form method="post" action="./minutes.aspx" id="aspnetForm"><div id="content"><h1>Tram line to Harbour East approved</h1><p>The council approved the tram line to Harbour East on 4 March 2025. The tram line is 6.2 km long and has nine stops.</p></div></form></body></html>`;

/** A page that stands in one form is read. */
export const run: Proof = async function* () {
  const { text, sentences } = await reading("council.html", PAGE);
  yield sentencesRead(sentences, [
    "The council approved the tram line to Harbour East on 4 March 2025.",
    "The tram line is 6.2 km long and has nine stops.",
  ]);
  yield holds("its heading is read", text.includes("Tram line to Harbour East approved"), text);
};
