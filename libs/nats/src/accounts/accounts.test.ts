import { describe, expect, test } from "vitest";
import { type Account, accountsOf } from "./accounts.ts";
import { apiPrefix, crossingsOf, factConsumer, ownerOf } from "./crossings.ts";

const placed = "evt.shop.order.placed.>";
const teams = [
  { team: "shop", sources: [], asks: ["shipping.quote"] },
  { team: "shipping", sources: [{ team: "shop", filters: [placed] }], asks: [] },
  { team: "loner", sources: [{ team: "gone", filters: ["evt.gone.a.b.>"] }], asks: ["gone.help"] },
];
const accounts = accountsOf(teams);
const named = (name: string): Account => {
  const found = accounts.find((account) => account.name === name);
  if (found === undefined) throw new Error(`no account ${name}`);
  return found;
};
const into = (name: string, from: string): string[] =>
  named(name)
    .imports.filter((one) => one.from === from)
    .map(({ subject }) => subject);

describe("accountsOf", () => {
  test("each import has an export that names its account, and each export an import", () => {
    const imports = accounts.flatMap(({ name, imports }) => imports.map(({ kind, subject, from }) => `${kind} ${subject} ${from} ${name}`));
    const exports = accounts.flatMap(({ name, exports }) =>
      exports.flatMap(({ kind, subject, to }) => to.map((other) => `${kind} ${subject} ${name} ${other}`)),
    );
    expect(imports.sort()).toEqual(exports.sort());
    expect(imports.length).toBeGreaterThan(20);
  });

  test("the order of the teams changes nothing", () => {
    expect(accountsOf(teams.toReversed())).toEqual(accounts);
  });

  test("a subscriber has the facts of its filters, by a consumer that it may only reset and pace", () => {
    const { name, deliver } = factConsumer("shop", "shipping", placed);
    expect(new Set(into("shipping", "shop").filter((subject) => !/^(ans|ask|obj)\./.test(subject)))).toEqual(
      new Set([
        deliver,
        `$JS.API.CONSUMER.RESET.TEAM_shop.${name}`,
        `$JS.FC.TEAM_shop.${name}.*`,
        `$JS.FC.*.*.TEAM_shop.${name}.*`,
        "$JS.API.DIRECT.GET.SHOWN_shop",
        "$JS.API.STREAM.MSG.GET.SHOWN_shop",
      ]),
    );
  });

  test("who asks may ask in its own name, and who is asked answer in its own", () => {
    expect(into("shop", "shipping").filter((subject) => /^(ans|ask)\./.test(subject))).toEqual(["ask.shipping.shop.>"]);
    expect(into("shipping", "shop").filter((subject) => /^(ans|ask)\./.test(subject))).toEqual(["ans.shop.shipping.>"]);
  });

  test("who asks or answers puts copies into the other's objects, below its own name, and reads none of its objects for it", () => {
    const objects = (name: string, from: string): string[] => into(name, from).filter((subject) => /^obj\.|OBJECTS/.test(subject));
    expect(objects("shop", "shipping")).toEqual(["obj.shipping.of.shop.>"]);
    expect(into("operator", "shop")).toContain("obj.shop.of.operator.>");
    expect(into("shop", "operator")).toEqual([]);
    const asker = { team: "asker", sources: [], asks: ["loner.help"] };
    const reading = (copies: boolean): string[] =>
      crossingsOf([asker, { team: "loner", sources: [], asks: [] }], copies).flatMap(({ subject, from, to }) =>
        subject.includes("DIRECT.GET.OBJECTS") ? [`${to} at ${from}`] : [],
      );
    expect(reading(true).filter((one) => !/^(operator|archiver) /.test(one))).toEqual([]);
    // A folder that an older build has made stays as it was.
    expect(reading(false)).toEqual(expect.arrayContaining(["loner at asker", "asker at loner", "asker at operator"]));
    expect(crossingsOf([asker], false).filter(({ subject }) => subject.startsWith("obj."))).toEqual([]);
  });

  test("of teams without a contract between them nothing crosses, nor of one that is not there", () => {
    expect(named("loner").imports.map(({ from }) => from)).toEqual(expect.not.arrayContaining(["shop", "shipping", "gone"]));
    expect([...into("shop", "loner"), ...into("shipping", "loner")]).toEqual([]);
  });

  test("nothing that makes, changes or takes from a consumer, or changes a stream, crosses; but the archiver takes bodies away", () => {
    const calls = crossingsOf(teams).filter(({ subject }) => subject.startsWith("$JS.API."));
    const kinds = new Set(
      calls.map(({ subject, to }) => `${subject.split(".").slice(2, 4).join(".")}${to === "archiver" ? " archiver" : ""}`),
    );
    expect([...kinds].filter((kind) => !kind.endsWith(" archiver")).sort()).toEqual([
      "CONSUMER.INFO",
      "CONSUMER.LIST",
      "CONSUMER.RESET",
      "DIRECT.GET",
      "STREAM.INFO",
      "STREAM.MSG",
    ]);
    expect(calls.filter(({ subject }) => subject.includes("PURGE")).map(({ subject, to }) => `${to} ${subject}`)).toEqual(
      teams.map(({ team }) => `archiver $JS.API.STREAM.PURGE.OBJECTS_${team}`),
    );
  });

  test("administration has a user of its own in each account with streams, and no team a right to administer", () => {
    expect(accounts.filter(({ users }) => users.some(({ administers }) => administers)).map(({ name }) => name)).toEqual([
      "loner",
      "shipping",
      "shop",
      "provisioner",
      "operator",
    ]);
    const rights = accounts.flatMap(({ users }) =>
      users.filter(({ administers }) => !administers).flatMap((user) => user.permissions.publish),
    );
    expect(rights.filter((subject) => /STREAM\.(CREATE|UPDATE|DELETE|RESTORE|SNAPSHOT)|^(\$JS\.API\.)?>/.test(subject))).toEqual([]);
  });

  test("another account's API is found below a prefix of its own", () => {
    expect([apiPrefix("shop", "TEAM_shop"), apiPrefix("shop", "OBJECTS_operator"), apiPrefix("shop", "FLEET")]).toEqual([
      "$JS.API",
      "JS.operator.API",
      "JS.provisioner.API",
    ]);
    expect(["TEAM_a_b", "CACHE_fleet", "FLEET"].map(ownerOf)).toEqual(["a_b", "provisioner", "provisioner"]);
  });
});
