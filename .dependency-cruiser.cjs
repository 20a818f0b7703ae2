/** The layers of docs/ARCHITECTURE.md. `from` may not import `to`; everything not forbidden is allowed. */
const rule = (name, comment, from, to) => ({ name, severity: "error", comment, from, to });

module.exports = {
  forbidden: [
    rule("no-cycles", "Imports go down.", {}, { circular: true }),
    rule(
      "no-orphans",
      "A file nobody imports is dead.",
      {
        orphan: true,
        pathNot: ["^bin/", "^test/", "\\.d\\.ts$", "^runtime/(api/index|herder|kafka/seam|task/protocol)\\.ts$"],
      },
      {},
    ),
    rule(
      "api-is-pure",
      "runtime/api imports Node alone.",
      { path: "^runtime/api/" },
      { pathNot: ["^runtime/api/"], dependencyTypesNot: ["core"] },
    ),
    rule(
      "logging-below",
      "The loggers see runtime/api only.",
      { path: "^runtime/logging/" },
      { path: "^(runtime|connectors|rest-api|bin|test)/", pathNot: ["^runtime/(logging|api)/"] },
    ),
    rule(
      "tls-below",
      "runtime/tls sees runtime/api only.",
      { path: "^runtime/tls/" },
      { path: "^(runtime|connectors|rest-api|bin|test)/", pathNot: ["^runtime/(tls|api)/"] },
    ),
    rule(
      "kafka-below",
      "runtime/kafka sees runtime/tls and runtime/api only.",
      { path: "^runtime/kafka/" },
      { path: "^(runtime|connectors|rest-api|bin|test)/", pathNot: ["^runtime/(kafka|tls|api)/"] },
    ),
    rule(
      "task-below",
      "runtime/task sees kafka, api and the plug-in registry.",
      { path: "^runtime/task/" },
      { path: "^(runtime|connectors|rest-api|bin|test)/", pathNot: ["^runtime/(task|kafka|api|plugins|logging)/"] },
    ),
    rule(
      "worker-to-task",
      "Main thread and task threads share the protocol only.",
      { path: "^runtime/worker/" },
      { path: "^runtime/task/", pathNot: ["^runtime/task/protocol\\.ts$"] },
    ),
    rule(
      "plugins-below",
      "The registry sees runtime/api and the types of REST answers only.",
      { path: "^runtime/plugins/" },
      {
        path: "^(runtime|connectors|rest-api|bin|test)/",
        pathNot: ["^runtime/(plugins|api)/", "^runtime/herder\\.ts$"],
      },
    ),
    rule(
      "storage-below",
      "Connect's topics sit on kafka.",
      { path: "^runtime/storage/" },
      {
        path: "^(runtime|connectors|rest-api|bin|test)/",
        pathNot: ["^runtime/(storage|kafka|api)/", "^runtime/herder\\.ts$"],
      },
    ),
    rule(
      "plugin-code-sees-api",
      "Converters and transformations see runtime/api, and runtime/tls for schema registries, only.",
      { path: "^runtime/(converters|transforms)/" },
      { path: "^(runtime|connectors|rest-api|bin|test)/", pathNot: ["^runtime/(converters|transforms|tls|api)/"] },
    ),
    rule(
      "transforms-not-converters",
      "SMTs do not know converters.",
      { path: "^runtime/transforms/" },
      { path: "^runtime/converters/" },
    ),
    rule(
      "rest-sees-herder",
      "REST knows the herder interface, the api, TLS, plug-in metadata and the worker's configuration.",
      { path: "^rest-api/" },
      {
        path: "^(runtime|connectors|bin|test)/",
        pathNot: [
          "^runtime/herder\\.ts$",
          "^runtime/(api|plugins|tls)/",
          "^runtime/worker/(worker-config|properties)\\.ts$",
        ],
      },
    ),
    rule(
      "engine-not-plugins",
      "The engine never imports a connector.",
      { path: "^(runtime|rest-api)/" },
      { path: "^connectors/" },
    ),
    rule(
      "connectors-see-api",
      "Connectors see runtime/api only.",
      { path: "^connectors/" },
      { path: "^(runtime|rest-api|bin|test)/", pathNot: ["^runtime/api/"] },
    ),
    rule(
      "dialects-apart",
      "Dialects do not know each other.",
      { path: "^connectors/(aiven-gcs|confluent-gcs)/" },
      { path: "^connectors/(aiven-gcs|confluent-gcs)/", pathNot: ["^connectors/$1/"] },
    ),
    rule(
      "gcs-over-objects",
      "connectors/gcs sees objects only.",
      { path: "^connectors/gcs/" },
      { path: "^connectors/(aiven-gcs|confluent-gcs)/" },
    ),
    rule(
      "objects-at-bottom",
      "connectors/objects knows no store and no dialect.",
      { path: "^connectors/objects/" },
      { path: "^connectors/(gcs|aiven-gcs|confluent-gcs)/" },
    ),
    rule(
      "kafkajs-owner",
      "Only runtime/kafka touches the Kafka client.",
      { path: "^(runtime|connectors|rest-api|bin)/", pathNot: "^runtime/kafka/" },
      { path: "node_modules/kafkajs" },
    ),
    rule(
      "google-owner",
      "Only connectors/gcs touches Google's client.",
      { path: "^(runtime|connectors|rest-api|bin)/", pathNot: ["^connectors/gcs/", "^runtime/kafka/"] },
      { path: "node_modules/(@google-cloud|google-auth-library)" },
    ),
    rule(
      "express-owner",
      "Only rest-api touches Express.",
      { path: "^(runtime|connectors|rest-api|bin)/", pathNot: "^rest-api/" },
      { path: "node_modules/express" },
    ),
    rule(
      "no-tests-in-product",
      "The product does not import tests.",
      { path: "^(runtime|connectors|rest-api|bin)/" },
      { path: "^test/" },
    ),
    rule(
      "no-dev-dependencies",
      "The product runs without dev dependencies.",
      { path: "^(runtime|connectors|rest-api|bin)/" },
      { dependencyTypes: ["npm-dev"], dependencyTypesNot: ["type-only"] },
    ),
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "node", "default", "types"] },
  },
};
