package io.cardwatch.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.cardwatch.domain.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * {@code deploy.sh} in a real bash, against a stand-in of the {@code aws} command: it logs its calls and answers the n-th one
 * of an operation from the n-th line of a file, and from the last line after that.
 */
class DeployScriptTest {
    private static final String STAND_IN = String.join(
            "\n",
            "#!/usr/bin/env bash",
            "printf '%s\\n' \"$*\" >>\"$ANSWERS/calls\"",
            "operation=$2",
            "[[ -f $ANSWERS/$operation ]] || exit 0",
            "printf x >>\"$ANSWERS/$operation.count\"",
            "n=$(wc -c <\"$ANSWERS/$operation.count\")",
            "lines=$(wc -l <\"$ANSWERS/$operation\")",
            "answer=$(sed -n \"$((n < lines ? n : lines))p\" \"$ANSWERS/$operation\")",
            "if [[ $answer == ERROR* ]]; then printf '%s\\n' \"$answer\" >&2; exit 254; fi",
            "printf '%s\\n' \"$answer\"",
            "");
    private static final String OLD_KEY = "jars/cardwatch-job-old.jar";
    private static final String OTHER_BUCKET = "arn:aws:s3:::bucket-of-before";
    private static final String SNAPSHOT = "before-\\d{8}T\\d{6}Z";

    // Calls, without what they ask of the answer.
    private static final String DESCRIBE = "kinesisanalyticsv2 describe-application --application-name cardwatch";
    private static final String FROM_LATEST =
            "{\"ApplicationRestoreConfiguration\":{\"ApplicationRestoreType\":\"RESTORE_FROM_LATEST_SNAPSHOT\"}}";
    private static final String FROM_NOWHERE =
            "{\"ApplicationRestoreConfiguration\":{\"ApplicationRestoreType\":\"SKIP_RESTORE_FROM_SNAPSHOT\"}}";
    private static final String CREATE_SNAPSHOT =
            "kinesisanalyticsv2 create-application-snapshot --application-name cardwatch --snapshot-name SNAPSHOT";
    private static final String DESCRIBE_SNAPSHOT =
            "kinesisanalyticsv2 describe-application-snapshot --application-name cardwatch --snapshot-name SNAPSHOT";
    private static final String STOP = "kinesisanalyticsv2 stop-application --application-name cardwatch --force";

    @TempDir
    private Path directory;

    private Path answers;
    private Path jar;
    private String newKey;

    @BeforeEach
    void standIn() throws IOException {
        Path commands = Files.createDirectory(directory.resolve("commands"));
        answers = Files.createDirectory(directory.resolve("answers"));
        Path aws = Files.writeString(commands.resolve("aws"), STAND_IN);
        assertThat(aws.toFile().setExecutable(true)).isTrue();
        jar = Files.writeString(directory.resolve("new.jar"), "a jar");
        newKey = "jars/cardwatch-job-"
                + Sha256.of("a jar".getBytes(StandardCharsets.UTF_8)).substring(0, 16) + ".jar";
    }

    /** What an operation answers, call by call. */
    private void answer(String operation, String... lines) throws IOException {
        Files.writeString(answers.resolve(operation), String.join("\n", lines) + "\n");
    }

    /** The line of six values that the script asks for, as the AWS CLI prints it. */
    private static String application(String status, int version, String bucket, String key) {
        return String.join("\t", status, String.valueOf(version), "FLINK-1_20", "True", bucket, key);
    }

    private String before(String status) {
        return application(status, 7, OTHER_BUCKET, OLD_KEY);
    }

    private String after(String status) {
        return application(status, 8, "arn:aws:s3:::the-bucket", newKey);
    }

    private record Outcome(int code, String out, String err) {}

    private Outcome deploy(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(
                List.of("bash", "deploy/managed-flink/deploy.sh", "--poll-seconds", "0", "--polls", "3"));
        command.addAll(List.of(arguments));
        return run(command);
    }

    private Outcome run(List<String> command) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectOutput(directory.resolve("out").toFile())
                .redirectError(directory.resolve("err").toFile());
        Map<String, String> environment = builder.environment();
        environment.put("PATH", directory.resolve("commands") + ":" + environment.get("PATH"));
        environment.put("ANSWERS", answers.toString());
        int code = builder.start().waitFor();
        return new Outcome(
                code, Files.readString(directory.resolve("out")), Files.readString(directory.resolve("err")));
    }

    private Outcome deployJar() throws Exception {
        return deploy("--application", "cardwatch", "--bucket", "the-bucket", "--jar", jar.toString());
    }

    /** The calls without what they ask of the answer. */
    private List<String> calls() throws IOException {
        Path calls = answers.resolve("calls");
        return !Files.exists(calls)
                ? List.of()
                : Files.readAllLines(calls).stream()
                        .map(call -> call.replaceAll(
                                        " --output text| --query ('.*'|ApplicationDetail\\.\\[.*]|\\S+)", "")
                                .replaceAll(SNAPSHOT, "SNAPSHOT"))
                        .collect(Collectors.toList());
    }

    private String upload() {
        return "s3 cp --only-show-errors " + jar + " s3://the-bucket/" + newKey;
    }

    private static String update(int version, String bucket, String key) {
        return "kinesisanalyticsv2 update-application --application-name cardwatch --current-application-version-id "
                + version + " --application-configuration-update {\"ApplicationCodeConfigurationUpdate\":"
                + "{\"CodeContentTypeUpdate\":\"ZIPFILE\",\"CodeContentUpdate\":{\"S3ContentLocationUpdate\":"
                + "{\"BucketARNUpdate\":\"" + bucket + "\",\"FileKeyUpdate\":\"" + key + "\"}}}}";
    }

    private static String from(String snapshot) {
        return "{\"ApplicationRestoreConfiguration\":{\"ApplicationRestoreType\":\"RESTORE_FROM_CUSTOM_SNAPSHOT\","
                + "\"SnapshotName\":\"" + snapshot + "\"}}";
    }

    private static String start(String from) {
        return "kinesisanalyticsv2 start-application --application-name cardwatch --run-configuration " + from;
    }

    @Test
    void aRunningApplicationGetsTheJar_afterASnapshot() throws Exception {
        // The second answer is one that the update has not reached yet.
        answer("describe-application", before("RUNNING"), before("RUNNING"), "ERROR network", after("RUNNING"));
        answer("describe-application-snapshot", "CREATING", "READY");

        Outcome outcome = deployJar();

        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(calls())
                .containsExactly(
                        DESCRIBE,
                        upload(),
                        CREATE_SNAPSHOT,
                        DESCRIBE_SNAPSHOT,
                        DESCRIBE_SNAPSHOT,
                        update(7, "arn:aws:s3:::the-bucket", newKey) + " --run-configuration-update " + FROM_LATEST,
                        DESCRIBE,
                        DESCRIBE,
                        DESCRIBE);
        assertThat(outcome.err())
                .contains("cardwatch runs " + newKey)
                .containsPattern("deploy.sh --application cardwatch --roll-back " + SNAPSHOT + " " + OLD_KEY);
    }

    @Test
    void anUpdateThatDoesNotRun_isRolledBackToTheSnapshotAndTheCodeOfBefore() throws Exception {
        answer(
                "describe-application",
                before("RUNNING"),
                // The update is never done.
                after("UPDATING"),
                after("UPDATING"),
                after("UPDATING"),
                // Rolling back: stopped by force, the old code, started.
                after("UPDATING"),
                after("FORCE_STOPPING"),
                after("READY"),
                application("STARTING", 9, OTHER_BUCKET, OLD_KEY),
                application("RUNNING", 9, OTHER_BUCKET, OLD_KEY));
        answer("describe-application-snapshot", "READY");

        Outcome outcome = deployJar();

        assertThat(outcome.code()).as(outcome.err()).isEqualTo(4);
        List<String> calls = calls();
        assertThat(calls.subList(calls.indexOf(STOP), calls.size()))
                .containsExactly(
                        STOP,
                        DESCRIBE,
                        DESCRIBE,
                        update(8, OTHER_BUCKET, OLD_KEY),
                        start(from("SNAPSHOT")),
                        DESCRIBE,
                        DESCRIBE);
        // The snapshot that is restored is the one that was taken.
        assertThat(snapshotsNamed()).hasSize(1);
        assertThat(outcome.err())
                .containsPattern("Cause: .* did not get to run with " + newKey + "; it runs " + OLD_KEY + " again, from"
                        + " snapshot " + SNAPSHOT)
                .contains("Remedy: Read the log");
    }

    private List<String> snapshotsNamed() throws IOException {
        Matcher names = Pattern.compile(SNAPSHOT).matcher(Files.readString(answers.resolve("calls")));
        return names.results().map(found -> found.group()).distinct().collect(Collectors.toList());
    }

    @Test
    void anUpdateAfterWhichTheApplicationStandsStill_isRolledBackWithoutAStop() throws Exception {
        answer(
                "describe-application",
                before("RUNNING"),
                after("READY"),
                after("READY"),
                application("RUNNING", 9, OTHER_BUCKET, OLD_KEY));
        answer("describe-application-snapshot", "READY");

        Outcome outcome = deployJar();

        assertThat(outcome.code()).as(outcome.err()).isEqualTo(4);
        assertThat(calls())
                .doesNotContain(STOP)
                .endsWith(update(8, OTHER_BUCKET, OLD_KEY), start(from("SNAPSHOT")), DESCRIBE);
    }

    @Test
    void aRollBackThatFails_saysHowToGoOnByHand() throws Exception {
        answer("describe-application", before("RUNNING"), after("READY"));
        answer("describe-application-snapshot", "READY");
        answer("start-application", "ERROR LimitExceededException");

        Outcome outcome = deployJar();

        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.err())
                .contains("Cause:  application cardwatch cannot be started with " + OLD_KEY)
                .containsPattern("Remedy: .*--roll-back " + SNAPSHOT + " " + OLD_KEY);
    }

    @Test
    void aRefusedUpdate_leavesAllAsItIs() throws Exception {
        answer("describe-application", before("RUNNING"));
        answer("describe-application-snapshot", "READY");
        answer("update-application", "ERROR ConcurrentModificationException");

        Outcome outcome = deployJar();

        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.err())
                .contains("ERROR ConcurrentModificationException")
                .contains("Cause:  the update was refused; cardwatch still has " + OLD_KEY)
                .contains("Remedy: ");
        assertThat(calls()).noneMatch(call -> call.contains("stop-application") || call.contains("start-application"));
    }

    @Test
    void aSnapshotThatFails_endsItBeforeTheUpdate() throws Exception {
        answer("describe-application", before("RUNNING"));
        answer("describe-application-snapshot", "CREATING", "FAILED");

        Outcome outcome = deployJar();

        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.err())
                .contains("(last state: FAILED); nothing was changed")
                .contains("Remedy: ");
        assertThat(calls()).noneMatch(call -> call.contains("update-application"));
    }

    @ParameterizedTest
    @CsvSource({"0, SKIP_RESTORE_FROM_SNAPSHOT", "3, RESTORE_FROM_LATEST_SNAPSHOT"})
    void anApplicationThatStands_isStarted_fromASnapshotWhereThereIsOne(int snapshots, String restore)
            throws Exception {
        answer("describe-application", before("READY"), after("STARTING"), after("RUNNING"));
        answer("list-application-snapshots", String.valueOf(snapshots));

        Outcome outcome = deployJar();

        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(calls())
                .containsExactly(
                        DESCRIBE,
                        upload(),
                        update(7, "arn:aws:s3:::the-bucket", newKey),
                        "kinesisanalyticsv2 list-application-snapshots --application-name cardwatch",
                        start(snapshots == 0 ? FROM_NOWHERE : FROM_LATEST),
                        DESCRIBE,
                        DESCRIBE);
        assertThat(calls().get(4)).contains(restore);
    }

    @Test
    void theSameJarOnceMore_changesNothing() throws Exception {
        answer("describe-application", after("RUNNING"));

        Outcome outcome = deployJar();

        assertThat(outcome.code()).isZero();
        assertThat(outcome.err()).contains("runs " + newKey + " already");
        assertThat(calls()).containsExactly(DESCRIBE, upload());
    }

    @Test
    void aRollBackByHand_putsBackWhatItNames() throws Exception {
        answer(
                "describe-application",
                after("RUNNING"),
                after("RUNNING"),
                after("READY"),
                application("RUNNING", 9, "arn:aws:s3:::the-bucket", OLD_KEY));

        Outcome outcome = deploy("--application", "cardwatch", "--roll-back", "before-it", OLD_KEY);

        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(calls())
                .containsSubsequence(STOP, update(8, "arn:aws:s3:::the-bucket", OLD_KEY), start(from("before-it")));
    }

    @Test
    void aDryRunCallsNothing_andPrintsEachCommandForAShell() throws Exception {
        Outcome outcome = deploy(
                "--application",
                "cardwatch",
                "--bucket",
                "the-bucket",
                "--jar",
                jar.toString(),
                "--region",
                "eu-west-1",
                "--dry-run");

        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(calls()).isEmpty();
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.out().lines())
                .allMatch(line -> line.startsWith("aws ") && line.contains("--region eu-west-1"))
                .hasSize(6);

        Path printed = Files.writeString(directory.resolve("printed"), outcome.out());
        // A shell that runs these lines makes the calls, each word as it should be.
        assertThat(run(List.of("bash", printed.toString())).code()).isZero();
        assertThat(calls().stream().map(call -> call.replace(" --region eu-west-1", "")))
                .containsExactly(
                        DESCRIBE,
                        upload(),
                        CREATE_SNAPSHOT,
                        DESCRIBE_SNAPSHOT,
                        update(7, "arn:aws:s3:::the-bucket", newKey).replace("id 7", "id VERSION")
                                + " --run-configuration-update " + FROM_LATEST,
                        DESCRIBE);
    }

    @Test
    void onlyUploading_printsTheKeyForTheStack() throws Exception {
        Outcome outcome = deploy("--bucket", "the-bucket", "--jar", jar.toString(), "--upload-only");

        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(outcome.out()).isEqualTo(newKey + "\n");
        assertThat(calls()).containsExactly(upload());
    }

    @Test
    void whatCannotBeUpdated_isFoundBeforeAnythingIsUploaded() throws Exception {
        answer("describe-application", "ERROR AccessDeniedException");
        assertFails(1, "application cardwatch cannot be described", "allow kinesisanalytics:DescribeApplication");

        answer("describe-application", before("RUNNING").replace("FLINK-1_20", "FLINK-2_2"));
        assertFails(1, "has the runtime FLINK-2_2", "FLINK-1_20");

        answer("describe-application", before("RUNNING").replace("True", "False"));
        assertFails(1, "takes no snapshots", "SnapshotsEnabled");

        answer("describe-application", before("DELETING"));
        assertFails(1, "is DELETING", "Wait until it is");

        Files.delete(jar);
        assertFails(1, "there is no jar " + jar, "Build it");

        assertThat(calls()).allMatch(DESCRIBE::equals);
    }

    private void assertFails(int code, String cause, String remedy) throws Exception {
        Outcome outcome = deployJar();
        assertThat(outcome.code()).isEqualTo(code);
        assertThat(outcome.err()).containsPattern("Cause: .*" + Pattern.quote(cause));
        assertThat(outcome.err()).containsPattern("Remedy: .*" + Pattern.quote(remedy));
    }

    @Test
    void aBucketThatCannotBeWritten_isNamed() throws Exception {
        answer("describe-application", before("RUNNING"));
        answer("cp", "ERROR AccessDenied");
        assertFails(1, "the jar cannot be written to s3://the-bucket/" + newKey, "s3:PutObject");
    }

    @ParameterizedTest
    @CsvSource({
        "--jars x, '--jars' is not an option",
        "--bucket, --bucket has no value",
        "--bucket b, --application is missing",
        "--application a, --bucket is missing",
        "--application a --roll-back s, --roll-back needs a snapshot and a jar's key",
        "--application a --bucket b --polls 0, is no number"
    })
    void wrongUsageIsToldApart(String arguments, String cause) throws Exception {
        Outcome outcome = deploy(arguments.split(" ", -1));

        assertThat(outcome.code()).isEqualTo(2);
        assertThat(outcome.err()).contains("Cause:  ").contains(cause).contains("Remedy: ");
        assertThat(calls()).isEmpty();
    }
}
