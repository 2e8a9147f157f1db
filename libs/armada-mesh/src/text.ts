/** Documents as people read them, their words, sentences and numbers. */
export * from "@armada/text";
