/** Why a client itself says that an event is not known to be stored; the gateway's own codes come beside these. */
export const clientCodes = {
  "settings-invalid": "an option is missing or cannot be",
  "event-invalid": "it has no type or source, or its time is none",
  "data-invalid": "its data is no JSON: what would be lost silently, as `NaN`, a `Map` or bytes, is refused",
  "key-unreadable": "the file or function of the key cannot be read",
  "buffer-full": "more waits than `maxBufferedBytes` (TypeScript alone)",
  closed: "it was given after `close()`",
  unreachable: "the gateway could not be reached until the deadline",
  deadline: "no answer until the deadline",
  "answer-unreadable": "what answers is no gateway",
  refused: "refused by something that sends no problem document",
} as const satisfies Record<string, string>;
