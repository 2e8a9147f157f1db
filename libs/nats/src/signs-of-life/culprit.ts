import { Session } from "node:inspector";
import { fileURLToPath } from "node:url";

/** Of a symbol of the registry under which `globalThis` has a function that answers which step runs; undefined where none does. */
export const RUNNING_STEP = "armada.running-step";

/** What holds the main thread's event loop. `step`: what `RUNNING_STEP` answers; `at`: `function file:line`. */
export type Culprit = {
  readonly step: Readonly<Record<string, unknown>> | undefined;
  readonly at: string | undefined;
  /** Lets the main thread go on. */
  letGo(): void;
};

/** Stops the main thread where it is and looks what that is; answers what was found out in `within` ms. */
export async function culprit(within: number): Promise<Culprit> {
  const session = new Session();
  let found: Culprit = { step: undefined, at: undefined, letGo: () => session.disconnect() };
  const files = new Map<string, string>();
  session.on("Debugger.scriptParsed", ({ params }) => files.set(params.scriptId, params.url));
  const looked = new Promise<void>((resolve) => {
    session.on("Debugger.paused", ({ params }) => {
      const [frame] = params.callFrames;
      if (frame === undefined) return resolve();
      const { functionName, location, callFrameId } = frame;
      const url = files.get(location.scriptId) ?? "";
      const at = `${functionName || "(anonymous)"} ${url.startsWith("file:") ? fileURLToPath(url) : url}:${location.lineNumber + 1}`;
      found = { ...found, at };
      const expression = `globalThis[Symbol.for(${JSON.stringify(RUNNING_STEP)})]?.()`;
      session.post("Debugger.evaluateOnCallFrame", { callFrameId, expression, returnByValue: true }, (error, said) => {
        const value: unknown = error === null ? said.result.value : undefined;
        if (typeof value === "object" && value !== null) found = { ...found, step: { ...value } };
        resolve();
      });
    });
  });
  session.connectToMainThread();
  session.post("Debugger.enable");
  session.post("Debugger.pause");
  await Promise.race([looked, new Promise((resolve) => setTimeout(resolve, within))]);
  return found;
}
