import type { Session } from "@armada/operations/mesh/session";

/** The zone whose days and months the running mesh counts by; without a mesh file the configuration's. */
export async function zoneOf({ mesh }: Pick<Session, "mesh">): Promise<string> {
  const said = mesh?.settings?.find(({ path }) => path === "budgets.zone")?.value;
  if (typeof said === "string" && said !== "") return said;
  const { settingsFor } = await import("./settings.ts"); // costly to load
  return (await settingsFor({})).config.budgets.zone;
}
