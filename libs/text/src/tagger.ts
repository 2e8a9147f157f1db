import type { WinkMethods } from "wink-nlp";

/** A word with its part of speech (universal tags). */
export type Tagged = { readonly text: string; readonly lower: string; readonly pos: string };
/** Tells the part of speech of each word and mark of an English sentence, in their order. */
export type Tagger = (sentence: string) => readonly Tagged[];

let loading: Promise<Tagger> | undefined;

/** The tagger, loaded at the first use: the language data takes some 60 MB that a service with a key never needs. */
export function loadTagger(): Promise<Tagger> {
  loading ??= load();
  return loading;
}

async function load(): Promise<Tagger> {
  const [{ default: winkNLP }, { default: model }] = await Promise.all([import("wink-nlp"), import("wink-eng-lite-web-model")]);
  const nlp: WinkMethods = winkNLP(model, ["sbd", "pos"]);
  const { pos } = nlp.its;
  return (sentence) => {
    const tokens = nlp.readDoc(sentence).tokens();
    const tags = tokens.out(pos);
    return tokens.out().map((text, i) => ({ text, lower: text.toLowerCase(), pos: tags[i] ?? "X" }));
  };
}
