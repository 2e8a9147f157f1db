import { reading, sentencesRead } from "../documents/article/document-reading.ts";
import type { Proof } from "../harness/proof.ts";

const COUNCIL = `The tram line to Harbour East

The council of the city approved the tram line to Harbour East in the spring of the year
2025. The tram line has nine stops, and the number of trams that the city buys for it is
14. The tram line to Harbour East opens in the autumn of 2027.
`;

/** A wrapped line that begins with a number and a stop goes on with its paragraph: only `1.` may break one (CommonMark 5.2). */
export const run: Proof = async function* () {
  for (const name of ["council.md", "council.txt"]) {
    const { sentences } = await reading(name, COUNCIL);
    const figure = sentencesRead(sentences, [
      "The council of the city approved the tram line to Harbour East in the spring of the year 2025.",
      "The tram line has nine stops, and the number of trams that the city buys for it is 14.",
      "The tram line to Harbour East opens in the autumn of 2027.",
    ]);
    yield { ...figure, name: `${name}: ${figure.name}` };
  }
};
