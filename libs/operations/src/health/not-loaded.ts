import type { Look } from "./trouble.ts";

/** Its definition cannot be loaded, or is no longer there. */
export const notLoaded: Look = ({ team: { trouble } }) =>
  trouble === undefined
    ? []
    : [{ code: trouble.code, message: trouble.message, ...(trouble.hint === undefined ? {} : { next: trouble.hint }) }];
