import { giveBodies } from "@armada/event-sourcing";
import { AuthorizationError } from "@nats-io/transport-node";
import { managerOf } from "../connection/api.ts";
import type { Link } from "../connection/connect.ts";
import { nextMessages } from "../direct-reads/next-messages.ts";
import { streamInfoIfThere } from "../log/stream-identity.ts";
import { copiesAt, objectOf, putObject, shownBy } from "../stores/objects.ts";

/** In the metadata of a team's objects: what it was sent, and what its facts refer to, from before there were copies, has been copied. */
const KEY = "armada.copies";
const PAGE = 256;

/**
 * Makes, once, the copies of what the asks and answers in a team's stream refer to, and of what its own facts do: those of before came
 * without, and nobody reads their owner's objects for them any more. So open runs go on. Nothing is changed where that has been done.
 * Answers how many copies there were to make. @throws ArmadaError `LOG_UNAVAILABLE`
 */
export async function copySentBefore(link: Link, team: string): Promise<number> {
  const manager = await managerOf(link, `OBJECTS_${team}`);
  const { config } = await manager.streams.info(`OBJECTS_${team}`);
  if (config.metadata?.[KEY] !== undefined) return 0;
  const here = await link.in(team);
  const stores = new Map<string, Promise<Link | undefined>>();
  let copied = 0;
  for (const filter of [`ask.${team}.>`, `ans.${team}.>`, `evt.${team}.>`])
    for (let from = 0, pending = 1; pending > 0; ) {
      const page = await nextMessages(here, `TEAM_${team}`, { filter, from }, PAGE);
      for (const { subject, message } of page.messages) {
        const [kind, , from = ""] = subject.split(".", 3);
        const sender = kind === "evt" ? team : from;
        if (kind !== "evt" && sender === team) continue;
        const store = stores.get(sender) ?? storeOf(link, sender);
        stores.set(sender, store);
        const there = await store;
        if (there === undefined) continue;
        await giveBodies(message.string(), async (digest) => {
          const bytes = await objectOf(there, sender, digest);
          if (bytes !== undefined) await putObject(here, sender === team ? shownBy(team) : copiesAt(team, sender), digest, bytes);
          copied += bytes === undefined ? 0 : 1;
          return bytes;
        });
      }
      from = page.messages.at(-1)?.seq ?? from;
      pending = page.pending;
    }
  await manager.streams.update(config.name, { ...config, metadata: { ...config.metadata, [KEY]: "all" } });
  return copied;
}

/** Where administration finds the objects of a sender; undefined where they are gone with it. */
async function storeOf(link: Link, sender: string): Promise<Link | undefined> {
  try {
    return (await streamInfoIfThere(link, `OBJECTS_${sender}`)) === undefined ? undefined : await link.in(sender);
  } catch (error) {
    if (error instanceof AuthorizationError) return undefined;
    throw error;
  }
}
