import { external } from "armada-mesh/contracts";
import { z } from "zod";

/** How a patient is: well, or in one of the ways in which code goes wrong. */
export const States = ["well", "throws", "garbles", "hangs", "loops", "leaks", "exits"] as const;
/** `at`: when it was sent, ms since 1970. */
export const Patient = z.object({ state: z.enum(States), at: z.number() });
export const Admitted = external("com.example.patient.admitted", { data: Patient });
