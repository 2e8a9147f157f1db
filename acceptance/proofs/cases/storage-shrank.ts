import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { copyCheckout } from "../harness/checkout.ts";
import { addTeam, smallDisk } from "../harness/own-teams.ts";
import { armada, place, up } from "../harness/product.ts";
import { holds, type Proof } from "../harness/proof.ts";

/** Other files take a part of the disk after the first start; then a team comes, and one changes: the mesh starts all the same. */
export const run: Proof = async function* ({ say }) {
  using copy = copyCheckout();
  await addTeam(copy, "support");
  using at = place({}, copy.root);
  using disk = smallDisk("400m");
  if (disk === undefined) say("no disk of its own: mounting one needs root, so the limits are configured instead");
  const data = ["--data", join(disk?.path ?? at.cwd, "data")];
  const small = disk === undefined ? { ...at, env: { ARMADA_ROOM_TOTAL: "40MB" } } : at;
  {
    await using first = await up(data, at);
    yield holds("the first start serves", (first.mesh().pids.support?.length ?? 0) === 1, first.said());
  }
  if (disk !== undefined) spawnSync("dd", ["if=/dev/zero", `of=${join(disk.path, "other")}`, "bs=1M", "count=120"]);
  await addTeam(copy, "helpers");
  // A team that changes as well: it listens to what is opened at the new one.
  const team = join(copy.root, "services/support/src/team.ts");
  copy.write(
    "services/support/src/team.ts",
    readFileSync(team, "utf8")
      .replace(
        "subscriptions: [",
        "subscriptions: [on(ReplyOfHelpers).start(answer, (reply) => ({ ticket: reply.data.ticket, text: reply.data.reply })), ",
      )
      .replace(
        "import { openTickets }",
        'import { ReplySent as ReplyOfHelpers } from "../../helpers/src/contract.ts";\nimport { openTickets }',
      ),
  );
  {
    await using second = await up(data, small);
    yield holds("with a new team it serves", (second.mesh().pids.helpers?.length ?? 0) === 1, second.said());
    const { code, stdout } = await armada(["health"], small);
    yield holds("health is well", code === 0, stdout);
  }
};
