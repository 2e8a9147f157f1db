import { ArmadaError } from "@armada/contracts";
import type { Log } from "@armada/event-sourcing";

/** Why an engine cannot go on: what it knows of its runs is another stream's. */
export function streamReplaced(team: string): ArmadaError {
  return new ArmadaError("STREAM_REPLACED", `the stream of ${team} was made anew or restored; what is known of its runs is another's`, {
    hint: "start the engine anew: it reads the stream that is there now",
  });
}

/**
 * A log until `over` aborts because its stream is another one: then everything that is asked of it fails for good, so that
 * work in hand ends, and no expectation from the one stream is held against the other.
 */
export function ofOneStream(log: Log, team: string, over: AbortSignal): Log {
  const held = async <T>(ask: () => Promise<T>): Promise<T> => {
    if (over.aborted) throw streamReplaced(team);
    const answer = await ask();
    if (over.aborted) throw streamReplaced(team);
    return answer;
  };
  return {
    ...log,
    append: (subject, body, expect) => held(() => log.append(subject, body, expect)),
    load: (filter, atLeast) => held(() => log.load(filter, atLeast)),
    last: (filter, atLeast) => held(() => log.last(filter, atLeast)),
    scan: (...scan) => held(() => log.scan(...scan)),
    page: (filter, from, most) => held(() => log.page(filter, from, most)),
    pause: (queue, until) => held(() => log.pause(queue, until)),
    depth: (queue) => held(() => log.depth(queue)),
    head: () => held(() => log.head()),
  };
}
