import { reading, sentencesRead } from "../documents/article/document-reading.ts";
import type { Proof } from "../harness/proof.ts";

const QUAKE = `The quake of Seewil

The U.S. Geological Survey measured the quake of Seewil at a magnitude of 6.2 in May 2024. Gov. Martin Vale visited the town of Seewil on the day after the quake. Kessel Bros. Ltd. lent the town of Seewil the money after the quake.
`;

/** The stop of an abbreviation ends no sentence. */
export const run: Proof = async function* () {
  const { sentences } = await reading("quake.txt", QUAKE);
  yield sentencesRead(sentences, [
    "The U.S. Geological Survey measured the quake of Seewil at a magnitude of 6.2 in May 2024.",
    "Gov. Martin Vale visited the town of Seewil on the day after the quake.",
    "Kessel Bros. Ltd. lent the town of Seewil the money after the quake.",
  ]);
};
