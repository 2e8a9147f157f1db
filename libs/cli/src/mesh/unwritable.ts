import { setTimeout as sleep } from "node:timers/promises";
import { sizeText } from "@armada/contracts";
import { freeIn } from "./room.ts";

/** So much free, and a server that is started again can write. */
const ENOUGH = 16 * 1024 * 1024;
const LOOK_MS = 500;
/** Between two starts: where the disk is full again at once, or the failure was another one. */
const PAUSE_MS = 5_000;

/**
 * After a failed write a stream answers no publisher until its server is started again, while all else looks well: so that is
 * done, once there is room. Answers what to call with the server's word of a failed write.
 */
export function restartOnceThereIsRoom(
  data: string,
  restart: () => void,
  say: (line: string) => void,
  signal: AbortSignal,
): (said: string) => void {
  let under = false;
  const recover = async (said: string): Promise<void> => {
    say(`nats-server could not write: ${said}`);
    for (let waits = false; (await freeIn(data)) < ENOUGH; waits = true) {
      if (!waits) say(`it is started again once there is room: ${sizeText(ENOUGH)} free on the disk of ${data}; delete other files there`);
      await sleep(LOOK_MS, undefined, { signal, ref: false });
    }
    say("starting nats-server again, so that it takes messages");
    restart();
    await sleep(PAUSE_MS, undefined, { signal, ref: false });
  };
  return (said) => {
    if (under || signal.aborted) return;
    under = true;
    recover(said)
      .catch((error: unknown) => void (signal.aborted || say(`the server is not started again: ${String(error)}`)))
      .finally(() => {
        under = false;
      });
  };
}
