import { ConnectError } from "../../api/index.js";

/** Subject under which a schema is registered; `record` is the full name of its record, or null. */
export type SubjectName = (topic: string, isKey: boolean, record: string | null) => string | null;

const PACKAGE = "io.confluent.kafka.serializers.subject.";

const STRATEGIES: Readonly<Record<string, SubjectName>> = {
  TopicNameStrategy: (topic, isKey) => `${topic}-${isKey ? "key" : "value"}`,
  RecordNameStrategy: (_topic, _isKey, record) => record,
  TopicRecordNameStrategy: (topic, _isKey, record) => (record === null ? null : `${topic}-${record}`),
};

/** The strategy of that Java class. Throws ConnectError `config` for one that is not Confluent's. */
export function subjectNameStrategy(className: string): SubjectName {
  const strategy = STRATEGIES[className.startsWith(PACKAGE) ? className.slice(PACKAGE.length) : ""];
  if (strategy === undefined) {
    throw new ConnectError(
      "config",
      `Unknown subject name strategy ${className}: known are ${Object.keys(STRATEGIES).join(", ")}`,
    );
  }
  return strategy;
}
