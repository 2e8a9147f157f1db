import { renewed } from "../operations/moved.ts";

/** A name is no identity: readers of a stream that is made anew have all of it, and nothing twice. `moved` judges the third case. */
export const run = renewed;
