/** The small DOM that the readability library brings along; it has no types of its own. */
declare module "@mozilla/readability/JSDOMParser.js" {
  const JSDOMParser: new () => { parse(markup: string, url: string): Document };
  export = JSDOMParser;
}
