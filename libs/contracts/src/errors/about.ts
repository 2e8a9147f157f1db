/** What an error's code stands for, in a sentence, and what to do where that is the same wherever it comes from. */
export type About = { readonly is: string; readonly next?: string };
