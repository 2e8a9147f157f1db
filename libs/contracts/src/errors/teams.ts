import type { About } from "./about.ts";

/** What `testTeam` says of a test. */
export const testing = {
  CAPABILITY_UNKNOWN: { is: "`answers` has a capability that the team does not ask", next: "name one of its `asks`" },
  EVENT_UNHEARD: { is: "a test gives an event that nothing in the team takes", next: "the message lists what it hears" },
  NOTHING_TO_APPROVE: { is: "a test approves where nothing waits for it", next: "the message says what the run waits for" },
  READ_MODEL_UNKNOWN: { is: "the team has no read model of that name", next: "the message lists those that it has" },
  SCRIPT_EXHAUSTED: { is: "a script was asked more often than it has answers", next: "add answers, or write one answer for all" },
  WHICH_RUN: { is: "a test means a run and there is none, or more than one", next: "name its id" },
} as const satisfies Record<string, About>;

/** Refusals of the teams that come with Armada. */
export const shipped = {
  DUPLICATE_DOCUMENT: { is: "two documents have one name", next: "give each its own: sources are cited by it" },
  LANGUAGE_NOT_SERVED: { is: "no document is in a language that is read", next: "give documents in English" },
  NOTHING_TO_SAY: { is: "nothing that could be said is carried by the sources", next: "give documents on the topic" },
  NO_DOCUMENTS: { is: "there is no document that can be read", next: "Markdown, text, HTML and PDF are read" },
  TOPIC_NOT_COVERED: { is: "the documents do not cover the topic", next: "the message says what they cover" },
  UNREADABLE_DOCUMENT: { is: "a document cannot be read", next: "the message says why" },
} as const satisfies Record<string, About>;
