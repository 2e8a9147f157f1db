export const SHARED_ANSWERS = "CACHE_fleet";
/** What administration says of each team, on `fleet.<name>`; only the provisioner may publish there, and all read. */
export const FLEET = "FLEET";
