import type { Look } from "./trouble.ts";

/** Steps that were set aside and not tried anew, and messages that no run's attempts would end. */
export const parked: Look = async ({ session, team: { name }, open }) => {
  const { runs } = await open(); // `open` tells those that cannot be read
  const steps = runs.flatMap(({ view }) => view.steps.filter(({ status }) => status === "parked"));
  const agents = [...new Set(steps.map(({ agent }) => agent))];
  const [parked, settled] = await Promise.all(
    ["parked", "settled"].map((event) => session.subjects(name, `evt.${name}.message.${event}.>`)),
  );
  const over = new Set(settled?.map(keyOf));
  const messages = (parked ?? []).filter((subject) => !over.has(keyOf(subject)));
  return [
    ...(steps.length === 0
      ? []
      : [
          {
            code: "PARKED",
            message: `${steps.length} ${steps.length === 1 ? "step is" : "steps are"} parked, of agent ${agents.join(", ")}`,
            next: "armada parked list",
          },
        ]),
    ...(messages.length === 0
      ? []
      : [{ code: "MESSAGE_PARKED", message: `${messages.length} messages of no run are parked`, next: "armada parked list" }]),
  ];
};

/** Which message it is, and whose worker set it aside. */
function keyOf(subject: string): string {
  return subject.split(".").slice(4).join(".");
}
