import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.header.ConnectHeaders;
import org.apache.kafka.connect.header.Header;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.storage.Converter;
import org.apache.kafka.connect.storage.HeaderConverter;
import org.apache.kafka.connect.transforms.Transformation;
import org.apache.kafka.connect.transforms.predicates.Predicate;

/**
 * Runs records through converters and transformations of JVM Kafka Connect and prints what comes out: the judge of the same run in
 * TypeScript. Arguments: a file with one case per line (see connect-data.ts), and the file for the results, one per line.
 */
public class ConnectData {
    private static final ObjectMapper JSON = new ObjectMapper()
        .configure(com.fasterxml.jackson.core.json.JsonWriteFeature.ESCAPE_NON_ASCII.mappedFeature(), true);

    public static void main(String[] args) throws Exception {
        List<String> results = new ArrayList<>();
        for (String line : Files.readAllLines(Path.of(args[0]))) results.add(JSON.writeValueAsString(run(JSON.readTree(line))));
        Files.write(Path.of(args[1]), results);
    }

    private static ObjectNode run(JsonNode test) {
        ObjectNode result = JSON.createObjectNode();
        try {
            if (test.has("definitionOf")) return result.set("keys", definition(make(test.get("definitionOf"))));
            SinkRecord record = convert(test);
            for (JsonNode step : test.path("steps")) {
                record = apply(step, record);
                if (record == null) return result.put("dropped", true);
            }
            result.put("topic", record.topic());
            result.put("partition", record.kafkaPartition());
            result.put("timestamp", record.timestamp());
            result.set("key", data(record.keySchema(), record.key()));
            result.set("value", data(record.valueSchema(), record.value()));
            ArrayNode headers = result.putArray("headers");
            for (Header header : record.headers()) {
                headers.add(header.key());
                headers.add(data(header.schema(), header.value()));
            }
            if (test.has("output")) {
                byte[] bytes = converter(test.get("output"), false).fromConnectData(record.topic(), record.valueSchema(), record.value());
                result.put("output", bytes == null ? null : new String(bytes, java.nio.charset.StandardCharsets.UTF_8));
            }
            if (test.has("headerOutput")) {
                HeaderConverter converter = headerConverter(test.get("headerOutput"));
                byte[] bytes = converter.fromConnectHeader(record.topic(), "h", record.valueSchema(), record.value());
                result.put("headerOutput", bytes == null ? null : new String(bytes, java.nio.charset.StandardCharsets.UTF_8));
            }
        } catch (Throwable error) {
            result.removeAll();
            result.put("error", error.getClass().getName());
            result.put("message", error.getMessage());
        }
        return result;
    }

    private static ArrayNode definition(Object plugin) {
        ConfigDef definition = plugin instanceof Converter converter ? converter.config()
            : plugin instanceof HeaderConverter converter ? converter.config()
            : plugin instanceof Predicate<?> predicate ? predicate.config() : ((Transformation<?>) plugin).config();
        ArrayNode keys = JSON.createArrayNode();
        for (ConfigDef.ConfigKey key : definition.configKeys().values()) {
            keys.addObject().put("name", key.name).put("type", key.type.name()).put("required", !key.hasDefault())
                .put("default", key.hasDefault() ? ConfigDef.convertToString(key.defaultValue, key.type) : null)
                .put("importance", key.importance.name()).put("group", key.group).put("order", key.orderInGroup)
                .put("width", key.width.name()).put("displayName", key.displayName);
        }
        return keys;
    }

    private static SinkRecord convert(JsonNode test) throws Exception {
        String topic = test.get("topic").asText();
        SchemaAndValue key = converter(test.get("keyConverter"), true).toConnectData(topic, bytes(test.get("key")));
        SchemaAndValue value = converter(test.get("valueConverter"), false).toConnectData(topic, bytes(test.get("value")));
        HeaderConverter headerConverter = headerConverter(test.get("headerConverter"));
        ConnectHeaders headers = new ConnectHeaders();
        for (JsonNode header : test.path("headers"))
            headers.add(header.get(0).asText(), headerConverter.toConnectHeader(topic, header.get(0).asText(), bytes(header.get(1))));
        JsonNode timestamp = test.get("timestamp");
        return new SinkRecord(topic, test.get("partition").asInt(), key.schema(), key.value(), value.schema(), value.value(),
            test.get("offset").asLong(), timestamp.isNull() ? null : timestamp.asLong(), TimestampType.CREATE_TIME, headers);
    }

    private static SinkRecord apply(JsonNode step, SinkRecord record) throws Exception {
        if (step.has("predicate")) {
            try (@SuppressWarnings("unchecked") Predicate<SinkRecord> predicate = (Predicate<SinkRecord>) make(step.get("predicate"))) {
                predicate.configure(config(step.get("predicate")));
                if (predicate.test(record) == step.path("negate").asBoolean()) return record;
            }
        }
        try (@SuppressWarnings("unchecked") Transformation<SinkRecord> transformation = (Transformation<SinkRecord>) make(step)) {
            transformation.configure(config(step));
            return transformation.apply(record);
        }
    }

    private static Converter converter(JsonNode plugin, boolean isKey) throws Exception {
        Converter converter = (Converter) make(plugin);
        converter.configure(config(plugin), isKey);
        return converter;
    }

    private static HeaderConverter headerConverter(JsonNode plugin) throws Exception {
        HeaderConverter converter = (HeaderConverter) make(plugin);
        Map<String, String> config = config(plugin);
        config.put("converter.type", "header");
        converter.configure(config);
        return converter;
    }

    private static Object make(JsonNode plugin) throws Exception {
        return Class.forName(plugin.get("class").asText()).getDeclaredConstructor().newInstance();
    }

    private static Map<String, String> config(JsonNode plugin) {
        Map<String, String> config = new HashMap<>();
        plugin.path("config").properties().forEach(entry -> config.put(entry.getKey(), entry.getValue().asText()));
        return config;
    }

    private static byte[] bytes(JsonNode base64) {
        return base64.isNull() ? null : Base64.getDecoder().decode(base64.asText());
    }

    private static ObjectNode data(Schema schema, Object value) {
        ObjectNode node = JSON.createObjectNode();
        node.set("schema", schemaNode(schema));
        node.set("value", valueNode(value));
        return node;
    }

    private static JsonNode schemaNode(Schema schema) {
        if (schema == null) return JSON.nullNode();
        ObjectNode node = JSON.createObjectNode();
        node.put("type", schema.type().name());
        node.put("optional", schema.isOptional());
        node.put("name", schema.name());
        node.put("version", schema.version());
        node.put("doc", schema.doc());
        node.set("parameters", schema.parameters() == null ? JSON.nullNode() : JSON.valueToTree(new LinkedHashMap<>(schema.parameters())));
        node.set("default", valueNode(schema.defaultValue()));
        if (schema.type() == Schema.Type.STRUCT) {
            ArrayNode fields = node.putArray("fields");
            for (Field field : schema.fields()) fields.add(field.name()).add(schemaNode(field.schema()));
        }
        if (schema.type() == Schema.Type.MAP) node.set("keys", schemaNode(schema.keySchema()));
        if (schema.type() == Schema.Type.MAP || schema.type() == Schema.Type.ARRAY) node.set("values", schemaNode(schema.valueSchema()));
        return node;
    }

    /** Kind and text of a value. Floats as the bits of the double of their shortest text. Maps sorted, for Java's have no order. */
    private static JsonNode valueNode(Object value) {
        if (value == null) return JSON.nullNode();
        if (value instanceof Boolean flag) return JSON.getNodeFactory().booleanNode(flag);
        if (value instanceof Byte || value instanceof Short || value instanceof Integer || value instanceof Long) return text("integer", value);
        if (value instanceof Float || value instanceof Double)
            return text("float", Long.toHexString(Double.doubleToLongBits(Double.parseDouble(value.toString()))));
        if (value instanceof String) return text("string", value);
        if (value instanceof byte[] bytes) return text("bytes", Base64.getEncoder().encodeToString(bytes));
        if (value instanceof ByteBuffer buffer) return text("bytes", Base64.getEncoder().encodeToString(buffer.array()));
        if (value instanceof BigDecimal decimal) return text("decimal", decimal.unscaledValue() + " " + decimal.scale());
        if (value instanceof java.util.Date date) return text("date", date.getTime());
        ObjectNode node = JSON.createObjectNode();
        if (value instanceof List<?> list) {
            ArrayNode items = node.putArray("list");
            for (Object item : list) items.add(valueNode(item));
        } else if (value instanceof Map<?, ?> map) {
            List<String> entries = new ArrayList<>();
            for (Map.Entry<?, ?> entry : map.entrySet()) entries.add(valueNode(entry.getKey()) + " = " + valueNode(entry.getValue()));
            entries.sort(null);
            node.set("map", JSON.valueToTree(entries));
        } else if (value instanceof Struct struct) {
            ArrayNode fields = node.putArray("struct");
            for (Field field : struct.schema().fields()) fields.add(valueNode(struct.getWithoutDefault(field.name())));
        } else throw new IllegalArgumentException("unexpected " + value.getClass());
        return node;
    }

    private static JsonNode text(String kind, Object value) {
        return JSON.getNodeFactory().textNode(kind + " " + value);
    }
}
