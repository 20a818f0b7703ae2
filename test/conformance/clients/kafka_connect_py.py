"""Leads a connector through its life with kafka-connect-py: argv is URL, name, configuration as JSON."""
import json, sys, time
from kafka_connect import KafkaConnect
from requests import HTTPError

url, name, config = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
client = KafkaConnect(url=url)


def until(check):
    for _ in range(200):
        if check():
            return
        time.sleep(0.2)
    raise SystemExit("not reached")


def state():
    try:
        status = client.get_connector_status(name)
    except HTTPError:
        return None  # A new connector has no status for a moment.
    return status["connector"]["state"], [task["state"] for task in status["tasks"]]


out = {"version": client.get_cluster_info()["version"]}
out["created"] = client.create_connector({"name": name, "config": config})["name"]
until(lambda: name in client.list_connectors())
until(lambda: state() == ("RUNNING", ["RUNNING"]))
out["expanded"] = client.list_connectors(expand="status")[name]["status"]["type"]
out["config"] = client.get_connector_config(name)
client.pause_connector(name)
until(lambda: state() == ("PAUSED", ["PAUSED"]))
client.resume_connector(name)
until(lambda: state() == ("RUNNING", ["RUNNING"]))
client.restart_connector(name, include_tasks=True, only_failed=False)
until(lambda: state() == ("RUNNING", ["RUNNING"]))
out["task"] = client.get_connector_task_status(name, 0)["id"]
client.restart_connector_task(name, 0)
client.stop_connector(name)
until(lambda: state() == ("STOPPED", []))
out["errors"] = client.validate_connector_config("GcsSinkConnector", {"connector.class": config["connector.class"]})["error_count"]
out["plugins"] = [plugin["type"] for plugin in client.list_connector_plugins()]
client.delete_connector(name)
until(lambda: name not in client.list_connectors())
print("RESULT " + json.dumps(out))
