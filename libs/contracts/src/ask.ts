import { buildEnvelope, type Provenance } from "./build-envelope.ts";
import { encodeBody } from "./envelope.ts";
import { buildSubject } from "./subject.ts";

/** What one identity asks of a team. `id`: of the run that answers; the same id asks the same thing once. `time`: ISO-8601 UTC. */
export type Ask = {
  readonly to: string;
  readonly from: string;
  readonly capability: string;
  readonly id: string;
  readonly data: unknown;
  readonly time: string;
  /** `/teams/<from>` unless said. */
  readonly source?: string;
  /** Who has it asked, where that is somebody outside. */
  readonly sentby?: string | undefined;
};

/** The message of an ask, to be stored create-once in the stream of the team that is asked. `id`: its event's. */
export function askMessage(
  { to, from, capability, id: subject, data, time, source, sentby }: Ask,
  provenance: Provenance,
): { readonly subject: string; readonly id: string; readonly body: string } {
  const id = `${subject}.${capability}`;
  const asked = buildEnvelope({ id, source, type: "armada.asked", subject, time, data, team: from }, provenance);
  const body = encodeBody([sentby === undefined ? asked : { ...asked, sentby }]);
  return { subject: buildSubject({ kind: "ask", to, from, capability, id: subject }), id, body };
}
