import { liveOrder } from "@armada/agents";
import type { Live } from "@armada/event-sourcing";
import type { Output } from "../output.ts";

/** Where the text of a run's calls is shown to people. */
export type TextView = {
  /** `gap`: some of it was not heard before this. */
  said(n: number, call: number, text: string, gap: boolean): void;
  /** What was said in the step so far does not count. */
  again(n: number, attempt: number): void;
};

/** Shows what the models say in a run's calls, and where it begins again, until `signal` aborts. */
export function watchText(live: Pick<Live, "watch">, run: string, out: Output, view: TextView, signal: AbortSignal): Promise<void> {
  const order = liveOrder();
  return live.watch(
    run,
    (piece) => {
      const is = order(piece);
      if (is === "stale") return;
      const { n, attempt, call, seq, text } = piece;
      if (is === "again") {
        out.emit({ type: "restarted", run, n, attempt });
        view.again(n, attempt);
      }
      out.emit({ type: "text", run, n, attempt, call, seq, text });
      view.said(n, call, text, is === "gap");
    },
    signal,
  );
}
