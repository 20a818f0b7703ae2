/** Names that Confluent's `JsonSchemaData` gives to schemas and parameters. */
const NAMESPACE = "io.confluent.connect.json";

export const ENUM = `${NAMESPACE}.Enum`;
export const ONE_OF = `${NAMESPACE}.OneOf`;
/** Parameter of a struct that is referred to more than once. */
export const ID = `${NAMESPACE}.Id`;
export const UNION_PARAMETER = "org.apache.kafka.connect.data.Union";
export const ENUM_PARAMETER = "org.apache.kafka.connect.data.Enum";
