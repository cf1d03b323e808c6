package io.cardwatch.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.model.Record;

class KinesaliteServerTest {
    @Test
    void recordsPutIntoSeveralShardsAreReadBack_eachKeyInItsOrder() {
        try (KinesaliteServer server = KinesaliteServer.start()) {
            server.createStream("payments", 3);
            for (int i = 0; i < 30; i++) {
                String key = "key" + i % 10;
                SdkBytes data = SdkBytes.fromUtf8String(key + " " + i);
                server.client()
                        .putRecord(request ->
                                request.streamName("payments").partitionKey(key).data(data));
            }

            assertThat(server.records("payments"))
                    .extracting(record -> record.data().asUtf8String())
                    .containsExactlyInAnyOrderElementsOf(IntStream.range(0, 30)
                            .mapToObj(i -> "key" + i % 10 + " " + i)
                            .toList());
            assertThat(server.records("payments").stream()
                            .filter(record -> record.partitionKey().equals("key7"))
                            .map(Record::data)
                            .map(SdkBytes::asUtf8String))
                    .containsExactly("key7 7", "key7 17", "key7 27");
        }
    }
}
