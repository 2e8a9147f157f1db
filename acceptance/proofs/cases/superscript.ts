import { reading } from "../documents/article/document-reading.ts";
import { holds, type Proof } from "../harness/proof.ts";

const PAGE =
  "<html><body><h1>Tram line to Harbour East approved</h1><p>The tram line to Harbour East will carry 9,000<sup>2</sup> passengers a day in the first year. The rails of the tram line to Harbour East weigh 10<sup>6</sup> kg in all.</p><p>2 Estimate of the council.</p></body></html>";

/** A raised mark is no digit of the number before it, and a power is not lost. */
export const run: Proof = async function* () {
  const { text } = await reading("council.html", PAGE);
  yield holds("9,000 passengers, the note's mark gone or apart", /9,000(?:\s*(?:\[2\]|²|\^2))? passengers/u.test(text), text);
  yield holds("ten to the sixth kilograms", /10(?:⁶|\^6) kg/u.test(text), text);
};
