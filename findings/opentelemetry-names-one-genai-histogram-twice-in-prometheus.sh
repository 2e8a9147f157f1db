#!/usr/bin/env bash
# @opentelemetry/exporter-prometheus 0.223.0 (npm) and opentelemetry-exporter-prometheus 0.66b2 (PyPI), as they come: the
# histogram gen_ai.client.operation.duration of the semantic conventions has two names in Prometheus.
#
# Guess, written down before: both SDKs of one standard give one instrument the same series.
# Seen: gen_ai_client_operation_duration from JavaScript, gen_ai_client_operation_duration_seconds from Python: a query or an
# alert over one sees half of a fleet and says nothing. gen_ai.client.token.usage, whose unit {token} is in braces, has the same
# name from both, so a dashboard that begins with tokens looks right.
# And: one point with the attributes gen_ai.provider.name and gen_ai_provider_name, which are one label. The specification has
# the values joined by a semicolon. JavaScript writes the label twice into one line, and a reader that checks (prometheus_client's
# own) refuses all that was scraped with it; Python keeps one of the two values without a word.
# Valid input: instruments, units and attributes as the APIs take them.
# Exits with 0 while it behaves so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv py
py/bin/pip install --quiet --disable-pip-version-check opentelemetry-exporter-prometheus==0.66b2 opentelemetry-sdk==1.45.2 prometheus_client==0.26.0
echo '{}' > package.json
npm install --no-audit --no-fund --silent -E @opentelemetry/api@1.9.0 @opentelemetry/exporter-prometheus@0.223.0 @opentelemetry/sdk-metrics@2.12.1
cat > write.mjs <<'JS'
import { PrometheusExporter, PrometheusSerializer } from "@opentelemetry/exporter-prometheus";
import { MeterProvider } from "@opentelemetry/sdk-metrics";

const exporter = new PrometheusExporter({ preventServerStart: true });
const meter = new MeterProvider({ readers: [exporter] }).getMeter("look");
meter.createHistogram("gen_ai.client.operation.duration", { unit: "s" }).record(0.5);
meter.createHistogram("gen_ai.client.token.usage", { unit: "{token}" }).record(100);
meter.createCounter("calls").add(1, { "gen_ai.provider.name": "one", gen_ai_provider_name: "two" });
console.log(new PrometheusSerializer().serialize((await exporter.collect()).resourceMetrics));
JS
cat > write.py <<'PY'
from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.sdk.metrics import MeterProvider
from prometheus_client import generate_latest

meter = MeterProvider(metric_readers=[PrometheusMetricReader()]).get_meter("look")
meter.create_histogram("gen_ai.client.operation.duration", unit="s").record(0.5)
meter.create_histogram("gen_ai.client.token.usage", unit="{token}").record(100)
meter.create_counter("calls").add(1, {"gen_ai.provider.name": "one", "gen_ai_provider_name": "two"})
print(generate_latest().decode())
PY
cat > read.py <<'PY'
import sys
from prometheus_client.parser import text_string_to_metric_families

try:
    print("reads", len(list(text_string_to_metric_families(open(sys.argv[1]).read()))), "families")
except ValueError as error:
    print("refused:", error)
PY
timeout 60 node write.mjs > javascript.txt
timeout 60 py/bin/python write.py > python.txt
for language in javascript python; do
  echo "$language:"
  grep -hE '^(gen_ai_[a-z_]*_count|calls_total)\{' "$language.txt"
  py/bin/python read.py "$language.txt" | tee "$language.read"
done
duration=gen_ai_client_operation_duration
grep -q "^${duration}_count{" javascript.txt
[ "$(grep -c "^${duration}_seconds" javascript.txt)" = 0 ]
grep -q "^${duration}_seconds_count{" python.txt
[ "$(grep -c "^${duration}_count" python.txt)" = 0 ]
grep -q '^gen_ai_client_token_usage_count{' javascript.txt
grep -q '^gen_ai_client_token_usage_count{' python.txt
grep -qE '^calls_total\{.*gen_ai_provider_name="one".*gen_ai_provider_name="two"' javascript.txt
[ "$(grep '^calls_total{' python.txt | grep -o gen_ai_provider_name | wc -l)" = 1 ]
[ "$(grep '^calls_total{' python.txt | grep -oE '"(one|two)"' | wc -l)" = 1 ]
grep -q '^refused: .*gen_ai_provider_name' javascript.read
grep -q '^reads ' python.read
