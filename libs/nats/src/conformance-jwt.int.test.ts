import { conformance } from "@armada/event-sourcing/testing";
import * as vitest from "vitest";
import { jetstreamAdapter } from "./testing/index.ts";

conformance(jetstreamAdapter("JetStream R1 in operator mode, an account for each team as a JWT", 1, { walled: "jwt" }), vitest);
