import { jetstream } from "@nats-io/jetstream";
import type { Draw } from "../documents/contradictions/contradiction-drawing.ts";
import { connectAs } from "../judges/streams.ts";

/** How many appends are under way at a time. */
const WINDOW = 500;
/** Messages of one made-up run. */
const NOTES = 8;

/** Puts well-formed messages that nobody waits for into a team's stream, in the team's name: half facts, half journals of other runs. */
export async function fillStream(
  team: string,
  about: { readonly nats: string; readonly keys: string },
  messages: number,
  draw: Draw,
): Promise<void> {
  const connection = await connectAs(team, about);
  try {
    const js = jetstream(connection, { timeout: 30_000 });
    const stem = `f${draw.integer(0, 2 ** 31)}`;
    for (let at = 0; at < messages; at += WINDOW)
      await Promise.all(
        Array.from({ length: Math.min(WINDOW, messages - at) }, (_, i) => {
          const { subject, body } =
            i % 2 === 0
              ? fact(team, `${stem}x${at + i}`)
              : note(team, `${stem}r${Math.floor((at + i) / 2 / NOTES)}`, ((at + i - 1) / 2) % NOTES);
          return js.publish(subject, JSON.stringify(body));
        }),
      );
  } finally {
    await connection.close();
  }
}

function fact(team: string, id: string): { subject: string; body: object } {
  return {
    subject: `evt.${team}.filling.noted.${id}.${id}`,
    body: envelope(team, { id, type: `${team}.filling.noted`, subject: id, data: { id } }),
  };
}

/** A passive message: journals of kind `note` dispatch nothing. */
function note(team: string, run: string, index: number): { subject: string; body: object } {
  const n = index + 1;
  const data =
    index === 0 ? { workflow: "filling", version: 1, source: "", input: {}, by: { kind: "run", from: run, id: run } } : { id: `p${n}` };
  const type = index === 0 ? "armada.run.started" : "armada.run.patched";
  return { subject: `run.${team}.note.outcome.${run}.${n}`, body: envelope(team, { id: `${run}-${n}-fill`, type, subject: run, data }) };
}

function envelope(team: string, own: { id: string; type: string; subject: string; data: unknown }): object {
  const time = new Date().toISOString();
  return {
    specversion: "1.0",
    source: `/teams/${team}`,
    time,
    team,
    correlationid: own.subject,
    causationid: own.id,
    schemaversion: 1,
    hops: 0,
    ...own,
  };
}
