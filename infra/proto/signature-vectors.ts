import { type Envelope, encodeBody, signedText, splitSignature, withSignature } from "../../libs/contracts/src/index.ts";
import { signer, verifier } from "../../libs/nats/src/identity/nkey.ts";

/** Made for these vectors and used by nothing else: who has them can sign nothing that a mesh takes. */
const TEST_KEYS = {
  content: {
    seed: "SUALXZ7U7LE4C5J3BUG377QYOL3FGW3OUTSUEOAUJ7XL6H3DHLI25B3DU4",
    publicKey: "UCZJWDKCHBXJPQRG24LUBATUQE546GAHCDR2H6VFUZGGXWVM24K4XNO3",
  },
  marketing: {
    seed: "SUAGROVSBQTTK5EZ7LHWYZMGJLR4CQZZTCISK7WVZHDNU4WZ5XATSK3A5Y",
    publicKey: "UA6EC6K7YVYJCZ25BCEBHPDZU6KX3IS3UQLDOLKQFL6CSPD7BK5QDSZ4",
  },
} as const;

type Signed = { readonly team: keyof typeof TEST_KEYS; readonly subject: string; readonly id: string; readonly body: string };

const envelope = (team: string, id: string, data: unknown): Envelope => ({
  specversion: "1.0",
  id,
  source: `/teams/${team}`,
  type: "content.article.completed",
  subject: "a1",
  time: "2026-11-22T14:03:00.000Z",
  data,
  team,
  correlationid: "c1",
  causationid: "c1",
  schemaversion: 1,
  hops: 1,
});

const FACT = "evt.content.article.completed.a1.r1-3";
const ask = "ask.marketing.content.promote.r1-2";
const bodies: readonly (readonly [team: Signed["team"], subject: string, events: readonly Envelope[]])[] = [
  ["content", FACT, [envelope("content", "r1-3", { title: "Plain" })]],
  ["content", FACT, [envelope("content", "r1-3", { title: 'Quotes ", backslash \\ and "sig":"x"}' })]],
  ["content", FACT, [envelope("content", "r1-3", { title: "Grüße, 日本語, 🚢" })]],
  ["content", FACT, [envelope("content", "r1-3", null)]],
  ["content", FACT, [envelope("content", "r1-3", [{ sig: "not the signature" }])]],
  ["content", FACT, [envelope("content", "r1-3", 1), envelope("content", "r1-3.1", 2)]],
  ["content", FACT, [envelope("content", "r1-3", {}), envelope("content", "r1-3.1", []), envelope("content", "r1-3.2", "")]],
  ["content", ask, [envelope("content", "r1-2.promote", { points: ["a", "b"] })]],
  ["marketing", "ans.content.marketing.r1.2", [envelope("marketing", "r1-2.answer", { posts: [] })]],
  ["marketing", "evt.marketing.article.promoted.a1.r2-1", [envelope("marketing", "r2-1", { n: 0.1, big: 9007199254740991 })]],
];

const signed: readonly Signed[] = bodies.map(([team, subject, events]) => ({
  team,
  subject,
  id: events.at(-1)?.id ?? "",
  body: encodeBody(events),
}));

const other = (text: string, from: string, to: string): string => text.replace(from, to);

/** How each signed message must fail after one change. */
const changes: Readonly<Record<string, (one: Signed, message: string) => { subject?: string; message?: string; team?: Signed["team"] }>> = {
  "another subject": () => ({ subject: "evt.content.article.completed.a2.r1-3" }),
  "another key": ({ team }) => ({ team: team === "content" ? "marketing" : "content" }),
  "one letter of the data": (_one, message) => ({ message: other(message, '"time":"2026', '"time":"2027') }),
  "white space added": (_one, message) => ({ message: other(message, '{"specversion"', '{ "specversion"') }),
  "another id": ({ id }, message) => ({ message: message.replaceAll(`"id":"${id}"`, `"id":"${id}x"`) }),
  "signature cut short": (_one, message) => ({
    message: message.replace(/"sig":"(.{86})"(\}\]?)$/u, (_all, sig: string, end: string) => `"sig":"${sig.slice(1)}"${end}`),
  }),
  "no signature": ({ body }) => ({ message: body }),
};

/** What is signed, how it is written, and what must not hold, for readers and writers in other languages. */
export function signatureVectors(): unknown {
  const valid = signed.map((one) => {
    const text = signedText(one.subject, one.id, one.body);
    const sig = signer(TEST_KEYS[one.team].seed)(text);
    return { ...one, signedText: text, sig, message: withSignature(one.body, sig) };
  });
  return {
    about:
      "Ed25519 by a team's nkey over subject, id of the last envelope and base64url SHA-256 of the body without `sig`, apart by line feeds. `sig` is the last member of the last envelope. The keys are for these vectors only.",
    keys: TEST_KEYS,
    valid,
    invalid: valid.slice(0, 6).flatMap((one) =>
      Object.entries(changes).map(([change, make]) => {
        const { team, subject, message } = { team: one.team, subject: one.subject, message: one.message, ...make(one, one.message) };
        return { change, team, subject, message, holds: holds(team, subject, message) };
      }),
    ),
  };
}

function holds(team: Signed["team"], subject: string, message: string): boolean {
  const split = splitSignature(message);
  if (split === undefined) return false;
  const body: { id?: string } | { id?: string }[] = JSON.parse(split.body);
  const id = (Array.isArray(body) ? body.at(-1) : body)?.id ?? "";
  return verifier(TEST_KEYS[team].publicKey)(signedText(subject, id, split.body), split.sig);
}
