package io.cardwatch.kinesis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.cardwatch.config.Settings;
import io.cardwatch.domain.BadInputException;
import io.cardwatch.testing.KinesaliteServer;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class KinesisStreamsTest {
    private static KinesaliteServer kinesis;

    @BeforeAll
    static void startKinesis() {
        System.setProperty("aws.accessKeyId", KinesaliteServer.ACCESS_KEY);
        System.setProperty("aws.secretAccessKey", KinesaliteServer.SECRET_KEY);
        kinesis = KinesaliteServer.start();
        kinesis.createStream("payments", 1);
        kinesis.createStream("verdicts", 1);
    }

    @AfterAll
    static void stopKinesis() {
        kinesis.close();
        System.clearProperty("aws.accessKeyId");
        System.clearProperty("aws.secretAccessKey");
    }

    @Test
    void streamsThatExistAreFine() {
        assertThatCode(() -> KinesisStreams.check(settings(kinesis.endpoint(), "payments", "verdicts")))
                .doesNotThrowAnyException();
    }

    @Test
    void aMissingStreamIsNamed_whicheverItIs() {
        BadInputException noPayments = refusal(settings(kinesis.endpoint(), "nowhere", "verdicts"));
        BadInputException noVerdicts = refusal(settings(kinesis.endpoint(), "payments", "nowhere-either"));

        assertThat(noPayments).hasMessage("Kinesis stream nowhere does not exist in us-east-1");
        assertThat(noPayments.remedy())
                .isEqualTo(
                        "Create it, or set source.stream, labels.stream, predictions.stream, alerts.target and source.region.");
        assertThat(noVerdicts).hasMessage("Kinesis stream nowhere-either does not exist in us-east-1");
        assertThat(refusal(Settings.fromArguments(List.of(
                        "--source.endpoint-url=" + kinesis.endpoint(),
                        "--source.stream=payments",
                        "--labels.stream=verdicts",
                        "--predictions.stream=nowhere-at-all"))))
                .hasMessage("Kinesis stream nowhere-at-all does not exist in us-east-1");
    }

    @Test
    void aServerThatDoesNotAnswerIsReported_withWhatToLookAt() {
        BadInputException refusal = refusal(settings(URI.create("http://127.0.0.1:1"), "payments", "verdicts"));

        assertThat(refusal)
                .hasMessageStartingWith("Kinesis stream payments cannot be read: ")
                .hasMessageContaining("Connection refused");
        assertThat(refusal.getMessage().lines()).hasSize(1);
        assertThat(refusal.remedy())
                .isEqualTo("Check network, source.endpoint-url, credentials and the permission"
                        + " kinesis:DescribeStreamSummary.");
    }

    private static BadInputException refusal(Settings settings) {
        return catchThrowableOfType(BadInputException.class, () -> KinesisStreams.check(settings));
    }

    private static Settings settings(URI endpoint, String stream, String labelStream) {
        return Settings.fromArguments(List.of(
                "--source.endpoint-url=" + endpoint, "--source.stream=" + stream, "--labels.stream=" + labelStream));
    }
}
