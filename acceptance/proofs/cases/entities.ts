import { reading, sentencesRead } from "../documents/article/document-reading.ts";
import type { Proof } from "../harness/proof.ts";

const PAGE =
  "<html><body><h1>Tram line approved</h1><p>The council of &Aring;rhus approved the tram line to &Scaron;ibenik Quay on 4 March 2025, and &#147;nobody&#148; voted against the tram line.</p></body></html>";

/** Character references are HTML's: all names, and numbers of Windows-1252 as browsers read them. */
export const run: Proof = async function* () {
  const { sentences } = await reading("council.html", PAGE);
  yield sentencesRead(sentences, [
    "The council of Århus approved the tram line to Šibenik Quay on 4 March 2025, and “nobody” voted against the tram line.",
  ]);
};
