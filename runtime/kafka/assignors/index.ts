import { ConnectError } from "../../api/index.js";
import type { Assignor } from "./assignor.js";
import { rangeAssignor } from "./range.js";
import { roundRobinAssignor } from "./round-robin.js";
import { cooperativeStickyAssignor, stickyAssignor } from "./sticky.js";

export type { Assignor, GroupMemberView } from "./assignor.js";

const JAVA_PACKAGE = "org.apache.kafka.clients.consumer.";
const ASSIGNORS: Readonly<Record<string, Assignor>> = {
  RangeAssignor: rangeAssignor,
  RoundRobinAssignor: roundRobinAssignor,
  StickyAssignor: stickyAssignor,
  CooperativeStickyAssignor: cooperativeStickyAssignor,
};

/** The assignors of `partition.assignment.strategy`. Throws ConnectError `config` for classes that are not built in. */
export function assignorsOf(classNames: readonly string[]): Assignor[] {
  if (classNames.length === 0) throw new ConnectError("config", "partition.assignment.strategy must not be empty");
  return classNames.map((className) => {
    const assignor = ASSIGNORS[className.replace(JAVA_PACKAGE, "")];
    if (assignor !== undefined) return assignor;
    throw new ConnectError(
      "config",
      `partition.assignment.strategy: ${className} is not supported; built in are ${Object.keys(ASSIGNORS).join(", ")}`,
    );
  });
}
