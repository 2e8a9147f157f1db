/** `GET /v1/models` and `GET /v1/models/<id>`, which both protocols have under the same path; a model's release is not known here. */
export function modelList(models: readonly string[], anthropic: boolean): Record<string, unknown> {
  const data = models.map((id) => modelOf(id, anthropic));
  if (!anthropic) return { object: "list", data };
  return { data, has_more: false, first_id: models.at(0) ?? null, last_id: models.at(-1) ?? null };
}

export function modelOf(id: string, anthropic: boolean): Record<string, unknown> {
  if (!anthropic) return { id, object: "model", created: 0, owned_by: "armada" };
  return { type: "model", id, display_name: id, created_at: "1970-01-01T00:00:00Z" };
}
