import { withDocuments } from "../documents/article/articles-of.ts";
import { reading, sentencesRead } from "../documents/article/document-reading.ts";
import { holds, type Proof } from "../harness/proof.ts";

const MINUTES = `<html><head><title>Minutes of the council</title></head><body><pre>
1.  Tram line

   The council approved the tram line to Harbour East on 4 March 2025.
   The tram line to Harbour East is 6.2 km long and has nine stops.
</pre></body></html>`;
const NOTHING = `<html><head><title>Council minutes</title></head><body><h1>Council minutes</h1><p><a href="/1">Back</a></p></body></html>`;

/** Words in `pre` are words; and where nothing can be said, nothing is published. */
export const run: Proof = async function* () {
  const { sentences } = await reading("council.html", MINUTES);
  yield sentencesRead(sentences, [
    "The council approved the tram line to Harbour East on 4 March 2025.",
    "The tram line to Harbour East is 6.2 km long and has nine stops.",
  ]);
  using folder = withDocuments({ "council.html": NOTHING });
  const { code, stdout, stderr } = await folder.attempt("Council minutes");
  yield holds("an article of nothing is not published", code !== 0 && !/"article":/u.test(stdout), stdout.slice(-300));
  yield holds("it says why", /NOTHING_TO_SAY|NO_DOCUMENTS/u.test(stdout + stderr), (stdout + stderr).slice(-300));
};
