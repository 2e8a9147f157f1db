/** By the code of a refusal; the Python client says the same. */
export const HINTS: Readonly<Record<string, string>> = {
  "key-wanted": "is it this gateway's key, and not revoked? `armada keys list` names those there are",
  "signature-wrong": "is it the secret of this sender, and is the clock right? `armada keys list` names those that sign",
  "scope-missing": "send with a key that may emit this type: `armada keys add NAME --scope emit:TYPE`",
  "type-unknown": "a team declares what it takes with `external(…)` in its contract.ts; is the type spelt as there?",
  "data-invalid": "`field` says where; the team that declares the type says what its data is",
  "event-invalid": "`field` says which attribute is wrong",
  "too-large": "a request has at most 1 MiB; hand large data to the mesh by reference",
  "contract-broken": "`armada health` names the team whose contract is to be mended; the event may be sent again afterwards",
};

/** What a sender can do about a refusal. */
export function hintOf(code: string, status: number, retryable: boolean): string {
  const known = HINTS[code];
  if (known !== undefined) return known;
  if (retryable) return "send it again with the same source and id: it is the same event";
  if (status === 404 || status === 405) return "the address is that of the gateway itself, e.g. http://127.0.0.1:4780";
  return "the message says what is wrong; as it is, sending it again changes nothing";
}
