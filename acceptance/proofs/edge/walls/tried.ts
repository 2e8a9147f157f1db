import { readFileSync } from "node:fs";
import type { Link } from "@armada/nats";
import { connect, credsAuthenticator, nkeyAuthenticator } from "@nats-io/transport-node";
import type { MeshFile, Place } from "../../harness/product.ts";
import { atLeast, count, type Figure, none } from "../../harness/proof.ts";
import { haveContract, KINDS, mayHear, mayWrite, readable, TEAMS } from "./contracts.ts";
import { FORGED, ghostOf, listensOf, type Owner, secretAt, secretOf, type Try, triesOn, triesOnServer } from "./matrix.ts";
import { type Credentials, runClients, type Told } from "./python-client.ts";
import { allThere, changedFrom, ownersOf, storedSince } from "./there.ts";

const IDENTITIES = [...TEAMS, "operator", "archiver"];

/** How an identity of this mesh shows itself to a server, by its file. */
export type CredentialsOf = (name: string) => Credentials;

/** Every identity tries all; what is stored afterwards, and what came, is what contracts say. `former`: files of keys that were taken away. */
export async function* tried(
  admin: Link,
  mesh: MeshFile,
  at: Place,
  about: { readonly credentials: CredentialsOf; readonly former: readonly Credentials[]; readonly say: (line: string) => void },
): AsyncGenerator<Figure> {
  await plantSecrets(mesh, about.credentials);
  const before = await allThere(admin);
  const owners = ownersOf(before);
  const server = admin.connection.info?.server_id ?? "";
  const clients = IDENTITIES.map((name) => ({
    ...about.credentials(name),
    listens: listensOf(name, owners),
    tries: [...owners.flatMap((owner) => triesOn(owner, name, owners)), ...ghosts(name, owners), ...triesOnServer(server)],
  }));
  const all = clients.reduce((sum, { tries }) => sum + tries.length, 0);
  about.say(`${clients.length} identities try ${all} messages`);
  const told = await runClients(mesh.nats, clients, about.former, at.cwd);
  const after = await allThere(admin);

  yield atLeast("messages that were tried", all, 10_000);
  yield none(
    "clients that the server cut off",
    Object.entries(told.identities).flatMap(([name, { cut }]) => (cut > 0 ? [name] : [])),
  );
  yield none("keys of before that opened a door", told.opened);
  yield none("streams and consumers that are not as they were", changedFrom(before, after));
  yield none("secrets that are no longer where they were", await lostSecrets(admin));
  const stored = (await storedSince(admin, before)).flatMap(({ account, subject, body }) => {
    const [, writer] = FORGED.exec(body) ?? [];
    return writer === undefined ? [] : [{ account, subject, writer }];
  });
  yield none(
    "messages stored that no contract lets in",
    stored.filter(({ account, subject, writer }) => !mayWrite(writer, account, subject)).map((one) => JSON.stringify(one)),
  );
  const pairs = new Set(stored.filter(({ account, writer }) => account !== writer).map(({ account, writer }) => `${writer} at ${account}`));
  const wanted = pairsThatWrite();
  yield none("pairs whose contract lets one write to the other, and nothing came", minus(wanted, pairs));
  const came = secretsThatCame(told);
  const given = secretsThatAreGiven();
  yield none("secrets that came to whom no contract gives them", minus(came, given));
  yield none("secrets that a contract gives and that did not come", minus(given, came));
  yield none("what was heard of others that no contract lets hear", overheard(told));
  yield none("answers from others' accounts that no contract gives", answersBeyond(told, owners));
  const unknown = TEAMS.flatMap((one) =>
    TEAMS.filter((other) => one !== other && !haveContract(one, other)).map((other) => [one, other] as const),
  );
  yield count("pairs of teams without a contract", unknown.length, 10);
  yield none(
    "what tells a team that another is there",
    unknown.flatMap(([one, other]) =>
      unlikeNobody(
        told,
        one,
        owners.find(({ name }) => name === other),
        owners,
      ),
    ),
  );
}

/** Whoever owns streams says something there that nobody else may know, by its own key. */
async function plantSecrets({ nats }: MeshFile, credentials: CredentialsOf): Promise<void> {
  for (const owner of [...TEAMS, "operator"]) {
    const { file, by } = credentials(owner);
    const own = readFileSync(file);
    const authenticator = by === "nkeys_seed" ? nkeyAuthenticator(own) : credsAuthenticator(own);
    const connection = await connect({ servers: nats.split(","), authenticator, inboxPrefix: `_INBOX.${owner}` });
    try {
      for (const kind of owner === "operator" ? ["OBJECTS"] : KINDS)
        await connection.request(secretAt(owner, kind), secretOf(owner, kind), { timeout: 10_000 });
    } finally {
      await connection.close();
    }
  }
}

async function lostSecrets(admin: Link): Promise<readonly string[]> {
  const lost: string[] = [];
  for (const owner of TEAMS)
    for (const kind of KINDS) {
      const { connection } = await admin.in(owner);
      const body = JSON.stringify({ last_by_subj: secretAt(owner, kind) });
      const answer = await connection.request(`$JS.API.STREAM.MSG.GET.${kind}_${owner}`, body, { timeout: 10_000 });
      if (!answer.string().includes(base64(secretOf(owner, kind)))) lost.push(`${kind}_${owner}: ${answer.string().slice(0, 200)}`);
    }
  return lost;
}

/** A team tries on nobody what it tries on a team that it has no contract with. */
function ghosts(self: string, owners: readonly Owner[]): readonly Try[] {
  return owners.filter((owner) => isUnknown(self, owner.name)).flatMap((owner) => onNobody(owner, self, owners));
}

function onNobody(owner: Owner, self: string, owners: readonly Owner[]): readonly Try[] {
  return JSON.parse(JSON.stringify(triesOn(owner, self, owners)).replaceAll(owner.name, ghostOf(owner, owners))) as Try[];
}

function isUnknown(self: string, other: string): boolean {
  const both: readonly string[] = [self, other];
  return self !== other && both.every((name) => (TEAMS as readonly string[]).includes(name)) && !haveContract(self, other);
}

/** Where what is answered or refused differs between a team and nobody. */
function unlikeNobody(told: Told, self: string, owner: Owner | undefined, owners: readonly Owner[]): readonly string[] {
  const own = told.identities[self];
  if (own === undefined || owner === undefined) return [`nothing is known of ${self}`];
  const refused = new Set(own.refused.flatMap((line) => /"([^"]+)"/u.exec(line)?.[1] ?? []));
  const shown = ({ subject }: Try): string =>
    `${refused.has(subject.toLowerCase()) ? "refused" : ""} ${(own.answers[subject] ?? []).join(" | ")}`.replaceAll(
      ghostOf(owner, owners),
      owner.name,
    );
  const nobody = onNobody(owner, self, owners);
  return triesOn(owner, self, owners).flatMap((one, i) => {
    const [here, there] = [shown(one), nobody[i] === undefined ? "" : shown(nobody[i])];
    return one.reply !== undefined || here === there
      ? []
      : [`${self}, ${one.subject}: ${here.slice(0, 150)}, of nobody: ${there.slice(0, 150)}`];
  });
}

/** `reader: kind of owner`, for each secret that an identity got to see of another, by whatever way. */
function secretsThatCame(told: Told): ReadonlySet<string> {
  const came = new Set<string>();
  for (const [name, { answers, heard }] of Object.entries(told.identities)) {
    const text = [...Object.values(answers).flat(), ...heard.map(([, body]) => body)].join("\n");
    for (const owner of [...TEAMS, "operator"])
      for (const kind of KINDS) {
        const secret = secretOf(owner, kind);
        if (owner !== name && (text.includes(secret) || text.includes(base64(secret)))) came.add(`${name}: ${kind} of ${owner}`);
      }
  }
  return came;
}

function secretsThatAreGiven(): ReadonlySet<string> {
  return new Set(
    IDENTITIES.flatMap((name) =>
      [...TEAMS, "operator"]
        .filter((owner) => owner !== name)
        .flatMap((owner) => readable(name, owner).map((kind) => `${name}: ${kind} of ${owner}`)),
    ),
  );
}

function pairsThatWrite(): ReadonlySet<string> {
  const pairs = IDENTITIES.flatMap((writer) => TEAMS.map((owner) => ({ writer, owner })));
  const may = pairs.filter(
    ({ writer, owner }) =>
      writer !== owner && [`ask.${owner}.${writer}.x`, `ans.${owner}.${writer}.x`].some((subject) => mayWrite(writer, owner, subject)),
  );
  return new Set(may.map(({ writer, owner }) => `${writer} at ${owner}`));
}

/** Messages of others' tries that an identity heard. */
function overheard(told: Told): readonly string[] {
  return Object.entries(told.identities).flatMap(([name, { heard }]) =>
    heard.flatMap(([subject, body]) => {
      const [, speaker] = FORGED.exec(body) ?? [];
      return speaker === undefined || mayHear(name, speaker, subject) ? [] : [`${name} heard ${speaker} on ${subject}`];
    }),
  );
}

/** What others' accounts answered beyond an error, to calls that are no reading that a contract gives. */
function answersBeyond(told: Told, owners: readonly Owner[]): readonly string[] {
  return Object.entries(told.identities).flatMap(([name, { answers }]) =>
    Object.entries(answers).flatMap(([subject, said]) => {
      const telling = said.filter((one) => !/^(?:40\d|503) /u.test(one) && !one.includes('"error":'));
      const owner = owners.find((one) => subject.startsWith(`JS.${one.name}.API.`));
      const [verb = "", stream = ""] = owner === undefined ? [] : verbIn(subject, owner);
      const isServers = subject.startsWith("$SYS.") || owner !== undefined;
      return telling.length === 0 || !isServers || isReading(name, owner?.name ?? "", verb, stream)
        ? []
        : [`${name}, ${subject}: ${telling.join(" | ").slice(0, 200)}`];
    }),
  );
}

function verbIn(subject: string, owner: Owner): readonly [string, string] {
  const rest = subject.slice(`JS.${owner.name}.API.`.length);
  const stream = owner.targets.map((target) => target.stream).find((one) => rest.split(".").includes(one)) ?? "";
  return [rest.slice(0, Math.max(0, rest.indexOf(`.${stream}`))), stream];
}

function isReading(name: string, owner: string, verb: string, stream: string): boolean {
  if (stream === "FLEET") return verb === "DIRECT.GET" || verb === "STREAM.INFO";
  if (name === "operator" && stream.startsWith("SHOWN_")) return verb === "STREAM.INFO"; // how full it is
  if (!readable(name, owner).some((kind) => stream === `${kind}_${owner}`)) return false;
  const watches = name === "operator" || name === "gateway";
  if (verb.startsWith("CONSUMER.")) return watches && stream.startsWith("TEAM_") && (verb === "CONSUMER.LIST" || verb === "CONSUMER.INFO");
  if (verb === "STREAM.INFO") return watches || name === "archiver";
  if (verb === "STREAM.PURGE") return name === "archiver" && stream.startsWith("OBJECTS_");
  return verb === "DIRECT.GET" || verb === "STREAM.MSG.GET";
}

function minus(some: ReadonlySet<string>, others: ReadonlySet<string>): readonly string[] {
  return [...some].filter((one) => !others.has(one)).sort();
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
