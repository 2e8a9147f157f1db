import { type ModelAnswer, ModelError, type ModelRequest, type Models } from "@armada/models";
import { loadTagger } from "@armada/text";
import { draftArticle } from "./tasks/draft-article.ts";
import { editArticle } from "./tasks/edit-article.ts";
import { seoMetadata } from "./tasks/seo-metadata.ts";
import { summarize } from "./tasks/summarize.ts";
import type { Task } from "./tasks/task.ts";
import { writePost } from "./tasks/write-post.ts";

/** Name under which answers of the local model are recorded. */
export const LOCAL_MODEL = "local-extractive-1";

const TASKS: Readonly<Record<string, Task>> = {
  draft_article: draftArticle,
  edit_article: editArticle,
  seo_metadata: seoMetadata,
  summarize,
  write_post: writePost,
};

/**
 * The model that needs no key: extractive, deterministic, free. It reads `task`, `material` and `params`, never the prompt,
 * and makes nothing up: a task it lacks, or a schema its answer does not fit, is a `ModelError` `LOCAL_MODEL_CANNOT`.
 */
export function localModel(): Models {
  return { call };
}

async function call<T>(request: ModelRequest<T>, signal: AbortSignal): Promise<ModelAnswer<T>> {
  signal.throwIfAborted();
  const task = Object.hasOwn(TASKS, request.task) ? TASKS[request.task] : undefined;
  if (task === undefined)
    throw new ModelError("LOCAL_MODEL_CANNOT", `the local model has no task ${request.task}; it has ${Object.keys(TASKS).join(", ")}`);
  const tagger = await loadTagger();
  signal.throwIfAborted();
  const params = request.params ?? {};
  const answer = task({ material: request.material, params, tagger });
  if (answer === undefined)
    throw new ModelError("LOCAL_MODEL_CANNOT", `the local model finds nothing to work on in the material of ${request.task}`);
  const parsed = request.schema.safeParse(answer);
  if (!parsed.success) {
    const issues = parsed.error.issues.map(({ path, message }) => `${path.map(String).join(".") || "all of it"}: ${message}`).join("; ");
    throw new ModelError(
      "LOCAL_MODEL_CANNOT",
      `the local model's answer to ${request.task} does not fit the schema asked for: ${issues}; it answers { ${Object.keys(answer).join(", ")} }`,
      { cause: parsed.error },
    );
  }
  const inputTokens = request.material.reduce((sum, { text }) => sum + countTokens(text), countTokens(JSON.stringify(params)));
  return {
    value: parsed.data,
    model: LOCAL_MODEL,
    usage: { inputTokens, outputTokens: countTokens(JSON.stringify(parsed.data) ?? "") },
    costMicros: 0,
  };
}

/** Words and single marks, near enough to what providers count for budgets to mean something. */
function countTokens(text: string): number {
  return text.match(/[\p{L}\p{N}]+|[^\s\p{L}\p{N}]/gu)?.length ?? 0;
}
