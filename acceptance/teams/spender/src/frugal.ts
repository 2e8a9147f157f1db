/** What the agent `frugal` says of itself besides: the proof `bad-input` writes here what people get wrong. */
export const frugal = {};
