/** The team's name: proofs that need several such teams write another one here. */
export const NAME = "buyers";
/** The hours of the agent `nightly`. */
export const WINDOW = "00:00-24:00 UTC";
