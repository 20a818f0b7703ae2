"""Leads a connector through its life with kafkaconnect: argv is URL, name, configuration as JSON."""
import json, sys, time
from kafkaconnect.connect import Connect

url, name, config = sys.argv[1], sys.argv[2], sys.argv[3]
client = Connect(url)


def until(check):
    for _ in range(200):
        if check():
            return
        time.sleep(0.2)
    raise SystemExit("not reached")


def state():
    try:
        status = json.loads(client.status(name))
    except ValueError:
        return None
    return status.get("connector", {}).get("state")


out = {"created": json.loads(client.create_or_update(name, config))["name"]}
until(lambda: state() == "RUNNING")
out["listed"] = name in json.loads(client.list())
out["tasks"] = len(json.loads(client.tasks(name)))
out["topics"] = list(json.loads(client.topics(name)))
out["validated"] = json.loads(client.validate("GcsSinkConnector", config))["error_count"]
client.pause(name)
until(lambda: state() == "PAUSED")
client.resume(name)
until(lambda: state() == "RUNNING")
client.restart(name)
client.remove(name)
until(lambda: name not in json.loads(client.list()))
print("RESULT " + json.dumps(out))
