import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Apache Kafka's own client, for tests to judge by: run from source by the java launcher, see java-client.ts. */
public final class JavaClient {
  public static void main(String[] args) throws Exception {
    Properties properties = new Properties();
    properties.put("bootstrap.servers", args[1]);
    switch (args[0]) {
      case "produce" -> produce(properties, args);
      case "consume" -> consume(properties, args[2], Integer.parseInt(args[3]));
      case "scram" -> scram(properties, args[2], args[3]);
      default -> throw new IllegalArgumentException(args[0]);
    }
  }

  /** produce BOOTSTRAP TOPIC KEY...: one record for each key, its value the same. */
  private static void produce(Properties properties, String[] args) {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
      for (int i = 3; i < args.length; i++) {
        byte[] key = args[i].getBytes(StandardCharsets.UTF_8);
        producer.send(new ProducerRecord<>(args[2], key, key));
      }
    }
  }

  /** consume BOOTSTRAP TOPIC COUNT: partition, offset, timestamp, key, value, headers, by tabs; bytes as Base64, null as a dash. */
  private static void consume(Properties properties, String topic, int count) {
    List<TopicPartition> partitions = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      consumer.partitionsFor(topic).forEach(p -> partitions.add(new TopicPartition(topic, p.partition())));
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      int seen = 0;
      long deadline = System.currentTimeMillis() + 30_000;
      while (seen < count && System.currentTimeMillis() < deadline) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
          StringBuilder headers = new StringBuilder();
          for (Header header : record.headers()) {
            headers.append('\t').append(header.key()).append('=').append(text(header.value()));
          }
          System.out.println("record\t" + record.partition() + "\t" + record.offset() + "\t" + record.timestamp()
              + "\t" + text(record.key()) + "\t" + text(record.value()) + headers);
          seen++;
        }
      }
    }
  }

  /** scram BOOTSTRAP USER PASSWORD: a user of both SCRAM mechanisms. */
  private static void scram(Properties properties, String user, String password) throws Exception {
    try (Admin admin = Admin.create(properties)) {
      // One at a time: the broker takes one change of a user for each request.
      for (ScramMechanism mechanism : List.of(ScramMechanism.SCRAM_SHA_256, ScramMechanism.SCRAM_SHA_512)) {
        ScramCredentialInfo info = new ScramCredentialInfo(mechanism, 4096);
        admin.alterUserScramCredentials(List.of(new UserScramCredentialUpsertion(user, info, password))).all().get();
      }
    }
  }

  private static String text(byte[] bytes) {
    return bytes == null ? "-" : Base64.getEncoder().encodeToString(bytes);
  }
}
