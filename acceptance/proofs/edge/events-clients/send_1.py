"""Sends the events of FILE with cloudevents 1.x and requests: URL KEY FILE. Prints a JSON line for each request."""

import base64
import json
import sys

import requests
from cloudevents.conversion import to_binary, to_structured
from cloudevents.http import CloudEvent

url, key, path = sys.argv[1:]
for given in json.load(open(path, encoding="utf-8")):
    for mode, convert in (("binary", to_binary), ("structured", to_structured)):
        attributes = {**given["attributes"], "id": f"python1-{mode}-{given['attributes']['id']}"}
        data = base64.b64decode(given["base64"]) if "base64" in given else given.get("data")
        line = {"mode": mode, "id": attributes["id"]}
        try:
            headers, body = convert(CloudEvent(attributes, data))
            answer = requests.post(url, headers={**headers, "authorization": f"Bearer {key}"}, data=body, timeout=20)
            line.update(status=answer.status_code, text=answer.text[:300])
        except Exception as error:
            line.update(status=0, text=repr(error)[:300])
        print(json.dumps(line), flush=True)
