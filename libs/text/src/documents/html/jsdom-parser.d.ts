/** The small DOM that the readability library brings along; it has no types of its own. */
declare module "@mozilla/readability/JSDOMParser.js" {
  export default class JSDOMParser {
    parse(markup: string, url: string): Document;
  }
}
