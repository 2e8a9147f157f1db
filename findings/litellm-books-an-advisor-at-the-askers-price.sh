#!/usr/bin/env bash
# litellm 1.108.7 (PyPI): tokens of another model in one answer are booked at the price of the model that was asked.
#
# Guess, written down before: entries of `usage.iterations` that name a model of their own (`advisor_message`) are booked at
# that model's price, or are not in the tokens.
# Seen: their tokens are added to the asked model's and priced at its rates, at those of its long prompts where the sum is over
# the threshold. An answer of claude-haiku-5-5 that was advised by claude-opus-5-5 is booked at $0.06325 instead of $0.50015.
# Valid input: `BetaAdvisorMessageIterationUsage` of @anthropic-ai/sdk 1.12 has the model beside its counts.
# Exits with 0 while it behaves so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check litellm==1.108.7
LITELLM_LOCAL_MODEL_COST_MAP=True "$folder/venv/bin/python" - <<'PY'
import litellm
from litellm.llms.anthropic.chat.transformation import AnthropicConfig

none = {"cache_read_input_tokens": 0, "cache_creation_input_tokens": 0}
asked = {"input_tokens": 1_000, "output_tokens": 100, **none}
advised = {"type": "advisor_message", "model": "claude-opus-5-5", "input_tokens": 100_000, "output_tokens": 5_000, **none}

def booked(usage):
    response = litellm.ModelResponse(model="claude-haiku-5-5")
    response.usage = AnthropicConfig().calculate_usage(usage, None)
    return litellm.completion_cost(completion_response=response, model="claude-haiku-5-5")

alone = booked(asked)
both = booked({**asked, "iterations": [{"type": "message", **asked}, advised]})
opus = litellm.model_cost["claude-opus-5-5"]
right = alone + 100_000 * opus["input_cost_per_token"] + 5_000 * opus["output_cost_per_token"]
print(f"litellm 1.108.7: alone ${alone:.5f}, advised by claude-opus-5-5 ${both:.5f}; by the table's own prices ${right:.5f}")
raise SystemExit(0 if alone < both < right / 2 else 1)
PY
