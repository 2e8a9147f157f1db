/** Steps of one side that one replica runs at a time; the proof `joins` writes what its runs need. */
export const CONCURRENCY = 3;
