import type { Draw } from "../../contradictions/contradiction-drawing.ts";
import { each, escapeHtml, htmlPage, type Layout } from "../page-content.ts";
import { cookieNotice, footer, links, menu, teasers } from "../page-furniture.ts";

/** A press release in the language and the number format of its place. `{n}` is a large number, `{c}` one of dollars, `{d}` a decimal, `{y}` a year. */
export type Locale = { readonly locale: string; readonly title: string; readonly sentences: readonly string[] };

export const locales: readonly Locale[] = [
  {
    locale: "en-US",
    title: "Company reports results for the third quarter",
    sentences: [
      "Revenue for the quarter was {c}, an increase of {d}% over the same period of {y}.",
      "The company shipped {n} units, compared with {n} units in the third quarter of {y}.",
      "“Our teams delivered in a difficult market,” said the chief executive, who joined in {y}.",
      "Operating margin was {d}%, and free cash flow came to {c}.",
      "A conference call for analysts and investors will be held at 8:30 a.m. Eastern Time.",
      "At the end of the quarter the company employed {n} people in {y} locations.",
    ],
  },
  {
    locale: "de-DE",
    title: "Stadtwerke nehmen neues Wasserwerk in Betrieb",
    sentences: [
      "Die Stadtwerke haben {n} Euro in das neue Wasserwerk investiert, das sind {d} Prozent mehr als geplant.",
      "Seit dem Jahr {y} ist der Verbrauch je Einwohner um {d} Prozent gesunken.",
      "Das Werk versorgt {n} Menschen in der Stadt und im Umland mit Trinkwasser.",
      "„Wir haben lange auf diesen Tag gewartet“, sagte die Oberbürgermeisterin bei der Eröffnung.",
      "Die alten Brunnen, von denen einige aus dem Jahr {y} stammen, bleiben als Reserve erhalten.",
      "Im Durchschnitt fließen täglich {n} Liter durch die neue Anlage.",
    ],
  },
  {
    locale: "fr-FR",
    title: "La région inaugure une nouvelle ligne de tramway",
    sentences: [
      "La région a investi {n} euros dans la nouvelle ligne, soit {d} % de plus que prévu en {y}.",
      "Chaque jour, {n} voyageurs emprunteront le tramway entre la gare et le port.",
      "« C’est une étape décisive pour notre territoire », a déclaré la présidente de la région.",
      "Depuis {y}, la fréquentation du réseau a progressé de {d} %.",
      "Les travaux ont mobilisé {n} heures de travail et douze entreprises locales.",
      "La ligne compte quinze stations et traverse quatre communes.",
    ],
  },
  {
    locale: "de-CH",
    title: "Kantonalbank legt Zahlen zum ersten Halbjahr vor",
    sentences: [
      "Der Geschäftserfolg stieg um {d} Prozent auf {n} Franken.",
      "Die Kundengelder nahmen seit {y} um {n} Franken zu.",
      "Der Verwaltungsrat dankt den {n} Mitarbeitenden für ihren Einsatz.",
      "Das Hypothekargeschäft wuchs gegenüber {y} um {d} Prozent, was über den Erwartungen liegt.",
      "Für das zweite Halbjahr rechnet die Bank mit einem leicht tieferen Ergebnis.",
      "Die Eigenmittel betragen {n} Franken und liegen damit deutlich über den Vorschriften.",
    ],
  },
  {
    locale: "sv-SE",
    title: "Kommunen bygger ny simhall vid hamnen",
    sentences: [
      "Kommunen satsar {n} kronor på den nya simhallen, en ökning med {d} procent sedan {y}.",
      "Hallen beräknas ta emot {n} besökare om året när den är färdig.",
      "”Det här är en stor dag för alla som bor här”, säger kommunalrådet.",
      "Den gamla simhallen, som byggdes {y}, rivs efter invigningen.",
      "Energiförbrukningen blir {d} procent lägre än i den gamla byggnaden.",
      "Bygget sysselsätter hundratals personer och väntas pågå i tre år.",
    ],
  },
];

/** Twelve to eighteen sentences in paragraphs of three; the numbers as the locale writes them. */
function release({ locale, title, sentences }: Locale, draw: Draw): { title: string; paragraphs: string[] } {
  const written = Array.from({ length: draw.integer(2, 3) }, () => draw.some(sentences, sentences.length)).flat();
  const filled = written.map((text) =>
    text
      .replaceAll("{c}", () => `$${draw.integer(12_000, 98_000_000).toLocaleString(locale)}`)
      .replaceAll("{n}", () => draw.integer(12_000, 98_000_000).toLocaleString(locale))
      .replaceAll("{d}", () => (draw.integer(11, 399) / 10).toLocaleString(locale, { minimumFractionDigits: 1 }))
      .replaceAll("{y}", () => String(draw.integer(1990, 2024))),
  );
  const paragraphs: string[] = [];
  for (let at = 0; at < filled.length; at += 3) paragraphs.push(filled.slice(at, at + 3).join(" "));
  return { title, paragraphs };
}

/** A newsroom of a company: blocks of a page builder, share buttons, other releases. */
const newsroom =
  (locale: Locale): Layout =>
  (story, draw) => {
    const { title, paragraphs } = release(locale, draw);
    return {
      body: htmlPage(
        title,
        `${cookieNotice()}<div class="nav-wrapper">${menu(draw, 8)}</div><div class="page__content"><div class="block block--hero"><h1>${escapeHtml(title)}</h1><div class="date">${story.date}</div></div><div class="block block--share">${links(draw, 4, " ")}</div>
<div class="block block--text"><div class="rte">${each("p", paragraphs)}</div></div><div class="block block--list"><h2>More news</h2>${teasers(draw, 3)}</div></div>${footer(draw)}`,
      ),
      expected: [title, ...paragraphs].join("\n"),
    };
  };

/** A wire service: line breaks for paragraphs, a contact, a disclaimer of its own. */
const wire =
  (locale: Locale): Layout =>
  (story, draw) => {
    const { title, paragraphs } = release(locale, draw);
    return {
      body: htmlPage(
        title,
        `<div id="hd">${links(draw, 9)}</div><section class="release-body container"><h1>${escapeHtml(title)}</h1><div class="row"><div class="col-lg-10">${paragraphs.map(escapeHtml).join("<br/><br/>\n")}<br/><br/>SOURCE ${escapeHtml(story.author)}</div></div></section><aside class="side">${teasers(draw, 3)}</aside>${footer(draw)}`,
      ),
      expected: [title, ...paragraphs].join("\n"),
    };
  };

export const releases: readonly Layout[] = locales.flatMap((locale) => [newsroom(locale), wire(locale)]);
