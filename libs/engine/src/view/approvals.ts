import { isObjectRef, type ObjectRef } from "../journal/payloads.ts";
import type { RunState } from "../journal/state.ts";

/** What a run asked people, as `runs show --json` prints it. */
export type ApprovalView = {
  /** Which of the workflow's calls. */
  readonly n: number;
  readonly question: string;
  /** What is approved; large values as `{ $object, size, team }` until they are looked up. */
  readonly show?: unknown;
  /** `withdrawn`: the run ended first. */
  readonly status: "open" | "approved" | "refused" | "expired" | "withdrawn";
  /** ISO-8601. */
  readonly askedAt: string;
  readonly until: string;
  /** What a refusal or an expiry does. */
  readonly otherwise: "cancel" | "fail" | "continue";
  /** Who answered. */
  readonly by?: string;
  /** When it was answered or expired, ISO-8601. */
  readonly at?: string;
};

export function approvalsOf({ waits, ended }: RunState): ApprovalView[] {
  return [...waits.values()].flatMap((wait): ApprovalView[] => {
    if (wait.kind !== "approval") return [];
    const { n, open, data, askedAt, answer, closed } = wait;
    const { question, show, until, otherwise } = data;
    const answered = answer === undefined ? "expired" : answer.approved ? "approved" : "refused";
    return [
      {
        n,
        question,
        ...(show === undefined ? {} : { show }),
        status: open ? (ended === undefined ? "open" : "withdrawn") : answered,
        askedAt,
        until,
        otherwise,
        ...(answer === undefined ? {} : { by: answer.by }),
        ...(closed === undefined ? {} : { at: closed }),
      },
    ];
  });
}

/** A view with what its approvals show, brought back from where large values are. `get` gives the JSON of a reference. */
export async function withShown<V extends { readonly approvals?: readonly ApprovalView[] }>(
  view: V,
  get: (ref: ObjectRef) => Promise<Uint8Array>,
): Promise<V> {
  if (view.approvals === undefined) return view;
  const approvals = view.approvals.map(async (approval) => {
    if (!isObjectRef(approval.show)) return approval;
    return { ...approval, show: JSON.parse(Buffer.from(await get(approval.show)).toString("utf8")) as unknown };
  });
  return { ...view, approvals: await Promise.all(approvals) };
}
