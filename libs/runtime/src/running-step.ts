import { AsyncLocalStorage } from "node:async_hooks";
import { attributes, operations, type Scheduler, type Tracer } from "@armada/event-sourcing";
import { RUNNING_STEP } from "@armada/nats/client";

type Running =
  | { readonly run: unknown; readonly workflow: string }
  | { readonly run: unknown; readonly step: unknown; readonly agent: unknown };

const current = new AsyncLocalStorage<Running>();

/** The watchdog of a loop that is held asks which step, or workflow function, holds it: it stands still meanwhile. */
Object.defineProperty(globalThis, Symbol.for(RUNNING_STEP), { value: () => current.getStore() });

/** The same tracer; what runs inside an agent's span is known as its step's. */
export function knowingSteps(tracer: Tracer): Tracer {
  return {
    span: (name, about, parent, work) => {
      const within = (): ReturnType<typeof work> => tracer.span(name, about, parent, work);
      if (about[attributes.operation] !== operations.agent) return within();
      return current.run({ run: about[attributes.run], step: about[attributes.step], agent: about[attributes.agentName] }, within);
    },
  };
}

/** The same scheduler; a workflow function is known as its run's. */
export function knowingWorkflows(scheduler: Scheduler): Scheduler {
  return { ...scheduler, begin: (about, work) => current.run(about, work) };
}
