/** A team's `main.ts` is `await serve(team)`: a replica that works until it is told to end. */
export { type ServiceContext, type ServiceExtension, serve } from "@armada/runtime";
