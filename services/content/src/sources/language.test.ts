import { expect, test } from "vitest";
import { checkLanguage, withoutForeign } from "./language.ts";

const FRENCH = "La pépinière d'huîtres de Saltby Creek élève 400 000 huîtres par an, et elle se trouve sur la rive nord.";
const TABLE = `| Year | Tonnes\n\n${Array.from({ length: 60 }, (_, i) => `| ${1900 + i} | ${5_700 + 3 * i}`).join("\n\n")}`;

test.each([
  "La blanchisserie Marl Street emploie 14 personnes et lave 3 tonnes de linge par jour. Elle fut fondée en 1968.",
  "Die Wäscherei in der Marl Street hat vierzehn Angestellte.",
  "Die Austernzucht in Saltby Creek wurde 2021 eröffnet. Sie zieht jedes Jahr 400.000 Austern auf. Im Winter stehen vier Becken leer, weil das Wasser zu kalt ist.",
  "# The oysters\n\nLa piscifactoría se encuentra en la orilla norte y cría ostras para el mercado.",
  "| Год | Тонны\n\n| 1901 | 3",
])("a short text in another language is told: %s", (text) => {
  expect(checkLanguage(text)).toBe("it is not in English, the only language served");
});

test.each([
  `The rope works made hemp rope.\n\n${TABLE}`,
  TABLE,
  "Rogier van der Weyden painted Jan van de Velde. Vasco da Gama reached Goa.",
  "La Paz, El Alto and Los Angeles grew.",
  "Many die in an accident.",
  "Sources: R. Smith et al. (1980); S. Yao et al. (2022).",
  "The band Die Toten Hosen played in La Paz.",
])("an English text passes, and one of figures: %s", (text) => {
  expect(checkLanguage(text)).toBeUndefined();
});

test("what has neither words nor prose holds no text", () => {
  expect(checkLanguage("| 1 | 2\n\n| 3 | 4")).toBe("it holds no text");
});

test("sentences of another language are taken out of an English text, and given", () => {
  expect(withoutForeign(`# Oysters\n\nIt has tanks. ${FRENCH} It is new.\n\n- ${FRENCH}\n\nIt opened.`)).toEqual({
    text: "# Oysters\n\nIt has tanks.\n\nIt is new.\n\nIt opened.",
    foreign: [FRENCH, FRENCH],
  });
  expect(withoutForeign("It is “à la carte”.\n\n| la | de")).toEqual({ text: "It is “à la carte”.\n\n| la | de", foreign: [] });
});
