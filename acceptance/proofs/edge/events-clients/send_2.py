"""Sends the events of FILE with cloudevents 2.x and requests: URL KEY FILE. Prints a JSON line for each request."""

import base64
import json
import sys
from datetime import datetime

import requests
from cloudevents.core.bindings.http import to_binary, to_structured
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

url, key, path = sys.argv[1:]
for given in json.load(open(path, encoding="utf-8")):
    for mode, convert in (("binary", to_binary), ("structured", to_structured)):
        attributes = {**given["attributes"], "id": f"python2-{mode}-{given['attributes']['id']}"}
        if "time" in attributes:
            attributes["time"] = datetime.fromisoformat(attributes["time"].replace("Z", "+00:00"))
        data = base64.b64decode(given["base64"]) if "base64" in given else given.get("data")
        line = {"mode": mode, "id": attributes["id"]}
        try:
            message = convert(CloudEvent(attributes, data), JSONFormat())
            answer = requests.post(url, headers={**message.headers, "authorization": f"Bearer {key}"}, data=message.body, timeout=20)
            line.update(status=answer.status_code, text=answer.text[:300])
        except Exception as error:
            line.update(status=0, text=repr(error)[:300])
        print(json.dumps(line), flush=True)
