import java.time.Duration;
import java.util.*;
import org.apache.kafka.clients.consumer.*;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * Java's own consumer as a member of a group, until SIGTERM. Arguments: topic, then properties as key=value. Prints what it is
 * told and what it reads, one line each: "assigned t-0 t-1", "revoked ...", "lost ...", "record topic partition offset value".
 */
public class GroupConsumer {
    public static void main(String[] args) throws Exception {
        Properties properties = new Properties();
        for (String arg : Arrays.asList(args).subList(1, args.length)) {
            String[] entry = arg.split("=", 2);
            properties.put(entry[0], entry[1]);
        }
        properties.put("enable.auto.commit", "false");
        Consumer<String, String> consumer = new KafkaConsumer<>(properties, new StringDeserializer(), new StringDeserializer());
        Thread main = Thread.currentThread();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            consumer.wakeup();
            try {
                main.join(20_000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }));
        try {
            consumer.subscribe(List.of(args[0]), new Listener());
            while (true) {
                ConsumerRecords<String, String> records = consumer.poll(Duration.ofMillis(200));
                for (ConsumerRecord<String, String> r : records) {
                    System.out.println("record " + r.topic() + " " + r.partition() + " " + r.offset() + " " + r.value());
                }
                if (!records.isEmpty()) {
                    try {
                        consumer.commitSync();
                    } catch (org.apache.kafka.common.errors.RebalanceInProgressException e) {
                        // committed with the next records
                    }
                }
            }
        } catch (WakeupException e) {
            // the end
        } finally {
            consumer.close();
        }
    }

    static class Listener implements ConsumerRebalanceListener {
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            print("assigned", partitions);
        }

        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            print("revoked", partitions);
        }

        public void onPartitionsLost(Collection<TopicPartition> partitions) {
            print("lost", partitions);
        }

        static void print(String what, Collection<TopicPartition> partitions) {
            StringBuilder line = new StringBuilder(what);
            for (TopicPartition tp : partitions) line.append(' ').append(tp);
            System.out.println(line);
        }
    }
}
