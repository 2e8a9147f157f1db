/** A document's text, and what it calls itself apart from its headings. */
export type Source = { readonly name: string; readonly text: string; readonly called?: string };
/** A document that is left out, or a part of it, and why: words that follow its name. */
export type Skipped = { readonly file: string; readonly why: string };
