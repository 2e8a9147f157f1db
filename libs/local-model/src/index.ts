export { LOCAL_MODEL, localModel } from "./model.ts";
export { LEFT_BEHIND, opensLeftBehind } from "./openers.ts";
export { splitSentences } from "./sentences.ts";
export { contentStems, countWords, FUNCTION_WORDS, jaccard, stem, words } from "./words.ts";
