import { expect, test } from "vitest";
import { decodeLiveText, encodeLiveText, type LiveText, liveSubject } from "./live-text.ts";

const piece: LiveText = { run: "r1", n: 3, attempt: 2, call: 1, seq: 0, text: '{"a": "„b“\n\u{1f600}' };

test("a piece is what it was after its way over the wire, also where it ends inside a character", () => {
  for (const text of [piece.text, piece.text.slice(0, -1), ""]) {
    const said = { ...piece, text };
    expect(decodeLiveText("alpha", liveSubject("alpha", "r1", 3), encodeLiveText(said))).toEqual(said);
  }
});

test("what is not a piece of the team's is none", () => {
  const body = encodeLiveText(piece);
  for (const subject of ["live.beta.r1.3", "evt.alpha.r1.3", "live.alpha.r1", "live.alpha.r1.0", "live.alpha.r1.3.4", "live.alpha.r1.x"])
    expect(decodeLiveText("alpha", subject, body), subject).toBeUndefined();
  for (const other of ["", "x", "[]", '{"stream":"TEAM_alpha","seq":3}', body.replace('"seq":0', '"seq":-1'), body.replace("2", '"2"')])
    expect(decodeLiveText("alpha", "live.alpha.r1.3", other), other).toBeUndefined();
});
