/** The team's name: a proof that needs two such teams writes another one here. */
export const NAME = "carriers";
