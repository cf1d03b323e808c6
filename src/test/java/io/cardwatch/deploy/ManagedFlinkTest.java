package io.cardwatch.deploy;

import static io.cardwatch.deploy.Templates.at;
import static io.cardwatch.deploy.Templates.by;
import static io.cardwatch.deploy.Templates.list;
import static io.cardwatch.deploy.Templates.many;
import static io.cardwatch.deploy.Templates.map;
import static io.cardwatch.deploy.Templates.snake;
import static org.assertj.core.api.Assertions.assertThat;

import io.cardwatch.config.SettingsLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The templates of {@code deploy/managed-flink}: CloudFormation by a linter, Terraform by its likeness to CloudFormation, the
 * properties by the job's own validation. None of them has met AWS.
 */
class ManagedFlinkTest {
    /** What the linter does not know, since its list of resources is of 2021. AWS's own linter knows them. */
    private static final Set<String> NEWER_THAN_THE_LINTER = Set.of(
            "Resources > Bucket > Properties > OwnershipControls: OwnershipControls is not a valid property of"
                    + " AWS::S3::Bucket",
            "Resources > Application > Properties > ApplicationConfiguration > VpcConfigurations: VpcConfigurations is"
                    + " not a valid property of AWS::KinesisAnalyticsV2::Application.ApplicationConfiguration");

    private static Object renamedToSnake(Object value) {
        return Templates.renamed(value, Templates::snake);
    }

    @ParameterizedTest
    @CsvSource({"foundation, OwnershipControls", "application, VpcConfigurations"})
    void theLinterFindsNothingButWhatItsListIsTooOldFor(String stack, String unknown) {
        assertThat(list(Templates.read("lint", Templates.DIRECTORY.resolve(stack + ".yaml"))))
                .containsExactlyElementsOf(NEWER_THAN_THE_LINTER.stream()
                        .filter(finding -> finding.contains(unknown))
                        .collect(Collectors.toList()));
    }

    @Test
    void bothLanguagesTakeTheSameParametersWithTheSameDefaults() {
        Map<String, Object> foundation = World.LEAST.terraformFoundation.variables();
        Map<String, Object> application = World.LEAST.terraformApplication.variables();
        assertThat(foundation.remove("region")).isEqualTo(Templates.REGION);
        assertThat(application.remove("region")).isEqualTo(Templates.REGION);
        Map<String, Object> first = map(renamedToSnake(World.LEAST.foundation.parameters()));
        Map<String, Object> second = map(renamedToSnake(World.LEAST.application.parameters()));
        assertThat(second.remove("foundation_stack")).isEqualTo("cardwatch-foundation");
        // In CloudFormation the second stack imports these.
        World.LEAST.terraformFoundation.outputs().keySet().forEach(imported -> {
            assertThat(application).containsEntry(imported, null);
            application.remove(imported);
        });
        assertThat(foundation).isEqualTo(first);
        assertThat(application).isEqualTo(second);
    }

    @ParameterizedTest
    @EnumSource
    void bothLanguagesPutOutTheSame(World world) {
        Map<String, String> exports = new TreeMap<>();
        world.foundation
                .exports()
                .forEach((name, value) -> exports.put(snake(name.substring("cardwatch-foundation-".length())), value));

        assertThat(world.terraformFoundation.outputs()).isEqualTo(exports);
        assertThat(exports).containsKeys("bucket_name", "role_arn", "log_stream_arn");
    }

    @ParameterizedTest
    @EnumSource
    void bothLanguagesMakeTheSameStreams(World world) {
        Map<String, Object> streams = new TreeMap<>();
        world.foundation
                .resources("AWS::Kinesis::Stream")
                .forEach(stream -> streams.put(
                        at(stream, "Name").toString(),
                        Map.of(
                                "name", at(stream, "Name"),
                                "shard_count", at(stream, "ShardCount"),
                                "retention_period", at(stream, "RetentionPeriodHours"),
                                "encryption_type", at(stream, "StreamEncryption", "EncryptionType"),
                                "kms_key_id", at(stream, "StreamEncryption", "KeyId"))));

        assertThat(by("name", world.terraformFoundation.resources("aws_kinesis_stream")))
                .isEqualTo(streams);
        assertThat(streams)
                .containsOnlyKeys(
                        world == World.LEAST
                                ? List.of("cust-payment-txn-stream", "cust-payment-label-stream")
                                : List.of("other-payments", "other-labels", "predictions"));
    }

    @ParameterizedTest
    @EnumSource
    void bothLanguagesMakeTheSameBucket_encryptedAndClosed(World world) {
        Map<String, Object> bucket = world.foundation.resource("AWS::S3::Bucket");
        Terraform terraform = world.terraformFoundation;
        assertThat(terraform.resource("aws_s3_bucket").get("bucket")).isEqualTo(bucket.get("BucketName"));

        Map<String, Object> access = terraform.resource("aws_s3_bucket_public_access_block");
        assertThat(access.remove("bucket")).isEqualTo(bucket.get("BucketName"));
        assertThat(access).isEqualTo(renamedToSnake(bucket.get("PublicAccessBlockConfiguration")));
        assertThat(access.values()).hasSize(4).containsOnly("true");

        Object encryption = at(bucket, "BucketEncryption", "ServerSideEncryptionConfiguration");
        assertThat(list(encryption))
                .containsExactly(Map.of("ServerSideEncryptionByDefault", Map.of("SSEAlgorithm", "AES256")));
        assertThat(terraform
                        .resource("aws_s3_bucket_server_side_encryption_configuration")
                        .get("rule"))
                .isEqualTo(List.of(
                        Map.of("apply_server_side_encryption_by_default", List.of(Map.of("sse_algorithm", "AES256")))));

        assertThat(terraform.resource("aws_s3_bucket_ownership_controls").get("rule"))
                .isEqualTo(renamedToSnake(at(bucket, "OwnershipControls", "Rules")));
        assertThat(terraform.resource("aws_s3_bucket_versioning").get("versioning_configuration"))
                .isEqualTo(List.of(renamedToSnake(bucket.get("VersioningConfiguration"))));

        Map<String, Object> leftovers =
                map(list(at(bucket, "LifecycleConfiguration", "Rules")).get(0));
        assertThat(terraform.resource("aws_s3_bucket_lifecycle_configuration").get("rule"))
                .isEqualTo(List.of(Map.of(
                        "id",
                        leftovers.get("Id"),
                        "status",
                        leftovers.get("Status"),
                        "filter",
                        List.of(Map.of()),
                        "abort_incomplete_multipart_upload",
                        List.of(Map.of(
                                "days_after_initiation",
                                at(leftovers, "AbortIncompleteMultipartUpload", "DaysAfterInitiation"))),
                        "noncurrent_version_expiration",
                        List.of(Map.of("noncurrent_days", leftovers.get("NoncurrentVersionExpirationInDays"))))));
    }

    @ParameterizedTest
    @EnumSource
    void bothLanguagesMakeTheSamePolicies(World world) {
        CloudFormation cloud = world.foundation;
        assertThat(Statement.ofTerraform(world.terraformFoundation.statements("application")))
                .isEqualTo(Statement.ofCloudFormation(
                        cloud.resource("AWS::IAM::Policy").get("PolicyDocument")));
        assertThat(Statement.ofTerraform(world.terraformFoundation.statements("trust")))
                .isEqualTo(Statement.ofCloudFormation(
                        cloud.resource("AWS::IAM::Role").get("AssumeRolePolicyDocument")));
        assertThat(Statement.ofTerraform(world.terraformFoundation.statements("bucket")))
                .isEqualTo(Statement.ofCloudFormation(
                        cloud.resource("AWS::S3::BucketPolicy").get("PolicyDocument")));

        assertThat(world.terraformFoundation.resource("aws_iam_role_policy"))
                .containsEntry("policy", "data.aws_iam_policy_document.application.json")
                .containsEntry("role", cloud.resource("AWS::IAM::Role").get("RoleName"));
        assertThat(world.terraformFoundation.resource("aws_iam_role"))
                .containsEntry("assume_role_policy", "data.aws_iam_policy_document.trust.json");
        assertThat(world.terraformFoundation.resource("aws_s3_bucket_policy"))
                .containsEntry("policy", "data.aws_iam_policy_document.bucket.json");
    }

    @ParameterizedTest
    @EnumSource
    void bothLanguagesMakeTheSameLogAndTopic(World world) {
        CloudFormation cloud = world.foundation;
        Terraform terraform = world.terraformFoundation;
        Map<String, Object> group = cloud.resource("AWS::Logs::LogGroup");
        assertThat(terraform.resource("aws_cloudwatch_log_group"))
                .isEqualTo(
                        Map.of("name", group.get("LogGroupName"), "retention_in_days", group.get("RetentionInDays")));
        assertThat(terraform.resource("aws_cloudwatch_log_stream"))
                .containsEntry("name", cloud.resource("AWS::Logs::LogStream").get("LogStreamName"));
        assertThat(terraform.resource("aws_sns_topic"))
                .containsEntry("name", cloud.resource("AWS::SNS::Topic").get("TopicName"));
        List<Object> subscriptions = terraform.resources("aws_sns_topic_subscription");
        assertThat(subscriptions)
                .isEqualTo(cloud.resources("AWS::SNS::Subscription").stream()
                        .map(ManagedFlinkTest::renamedToSnake)
                        .collect(Collectors.toList()))
                .hasSize(world == World.LEAST ? 0 : 1);
    }

    @ParameterizedTest
    @EnumSource
    void bothLanguagesMakeTheSameApplication(World world) {
        Map<String, Object> cloud =
                map(renamedToSnake(world.application.resource("AWS::KinesisAnalyticsV2::Application")));
        Map<String, Object> configuration = map(cloud.remove("application_configuration"));
        Map<String, Object> terraform =
                map(withoutBlocks(world.terraformApplication.resource("aws_kinesisanalyticsv2_application")));
        Map<String, Object> terraformConfiguration = map(terraform.remove("application_configuration"));

        // What the two call by other names.
        assertThat(propertyMaps(terraformConfiguration.remove("environment_properties"), "property_group"))
                .isEqualTo(properties(world));
        configuration.remove("environment_properties");
        assertThat(terraformConfiguration.remove("vpc_configuration"))
                .isEqualTo(list(configuration.remove("vpc_configurations")).get(0));
        assertThat(at(terraform.remove("cloudwatch_logging_options"), "log_stream_arn"))
                .isEqualTo(at(
                        world.application.resource("AWS::KinesisAnalyticsV2::ApplicationCloudWatchLoggingOption"),
                        "CloudWatchLoggingOption",
                        "LogStreamARN"));
        cloud.put("name", cloud.remove("application_name"));
        cloud.put("description", cloud.remove("application_description"));

        assertThat(terraformConfiguration).isEqualTo(configuration);
        assertThat(terraform).isEqualTo(cloud);
        assertThat(cloud).containsEntry("runtime_environment", "FLINK-1_20");
        assertThat(at(configuration, "application_snapshot_configuration", "snapshots_enabled"))
                .isEqualTo("true");
        assertThat(at(configuration, "flink_application_configuration", "parallelism_configuration"))
                .isEqualTo(Map.of(
                        "configuration_type", "CUSTOM",
                        "parallelism", "2",
                        "parallelism_per_kpu", "1",
                        "auto_scaling_enabled", "true"));
    }

    @ParameterizedTest
    @EnumSource
    void theJobTakesEachProperty(World world, @TempDir Path directory) throws Exception {
        List<Object> groups = new ArrayList<>();
        properties(world).forEach((group, properties) -> {
            groups.add(Map.of("PropertyGroupId", group, "PropertyMap", properties));
        });
        Path file = Files.writeString(directory.resolve("properties.json"), Templates.json(groups));

        assertThat(new SettingsLoader().file(file).problems()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void bothLanguagesMakeTheSameAlarms(World world) {
        Map<String, Object> alarms = new TreeMap<>();
        world.application
                .resources("AWS::CloudWatch::Alarm")
                .forEach(alarm -> alarms.put(at(alarm, "AlarmName").toString(), alarmOfTerraform(alarm)));

        assertThat(by("alarm_name", world.terraformApplication.resources("aws_cloudwatch_metric_alarm")))
                .isEqualTo(alarms);
        Set<String> watched = alarms.values().stream()
                .flatMap(alarm -> map(alarm).containsKey("metric_name")
                        ? many(map(alarm).get("metric_name")).stream()
                        : list(map(alarm).get("metric_query")).stream()
                                .filter(query -> map(query).containsKey("metric"))
                                .map(query -> at(list(map(query).get("metric")).get(0), "metric_name")))
                .map(Object::toString)
                .collect(Collectors.toSet());
        // Of Flink 1.20, of 2.2, and of both.
        assertThat(watched)
                .contains("fullRestarts", "downtime")
                .contains("numRestarts")
                .contains("millisBehindLatest", "numberOfFailedCheckpoints", "lastCheckpointDuration");
    }

    @ParameterizedTest
    @EnumSource
    void bothLanguagesMakeTheSameDashboard(World world) {
        Map<String, Object> cloud = world.application.resource("AWS::CloudWatch::Dashboard");
        Map<String, Object> terraform = world.terraformApplication.resource("aws_cloudwatch_dashboard");
        Object body = Templates.json(cloud.get("DashboardBody").toString());

        assertThat(Templates.json(terraform.get("dashboard_body").toString())).isEqualTo(body);
        assertThat(terraform.get("dashboard_name")).isEqualTo(cloud.get("DashboardName"));
        assertThat(list(map(body).get("widgets"))).hasSize(10).allSatisfy(widget -> assertThat(
                        list(at(widget, "properties", "metrics")))
                .isNotEmpty());
    }

    @Test
    void theReadmeGivesParametersAndOptionsThatThereAre() throws Exception {
        String readme = Files.readString(Templates.DIRECTORY.resolve("README.md"));
        String script = Files.readString(Templates.DIRECTORY.resolve("deploy.sh"));
        Set<String> parameters =
                new TreeSet<>(World.LEAST.foundation.parameters().keySet());
        parameters.addAll(World.LEAST.application.parameters().keySet());

        assertThat(found("(?<=[ `])([A-Z][a-z]+[A-Za-z]*)=", readme))
                .contains("WarehousePasswordSecretArn", "JarKey", "SubnetIds")
                .allMatch(parameters::contains);
        Set<String> variables =
                new TreeSet<>(World.LEAST.terraformFoundation.variables().keySet());
        variables.addAll(World.LEAST.terraformApplication.variables().keySet());
        assertThat(found("-var '?([a-z_]+)=", readme)).contains("jar_key").allMatch(variables::contains);
        assertThat(found("deploy\\.sh.* (--[a-z-]+)", readme)).isNotEmpty().allMatch(script::contains);
        // Each alarm is explained.
        assertThat(World.LEAST.application.resources("AWS::CloudWatch::Alarm"))
                .extracting(alarm -> at(alarm, "AlarmName").toString().replace("cardwatch-", "`") + "`")
                .allMatch(readme::contains);
    }

    private static Set<String> found(String pattern, String text) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map(match -> match.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** CloudFormation's alarm with the names and the nesting of Terraform's. */
    private static Object alarmOfTerraform(Object alarm) {
        Map<String, Object> renamed = map(renamedToSnake(alarm));
        if (renamed.containsKey("dimensions")) {
            renamed.put("dimensions", dimensions(at(alarm, "Dimensions")));
        }
        if (renamed.containsKey("metrics")) {
            List<Object> queries = new ArrayList<>();
            for (Object query : list(renamed.remove("metrics"))) {
                Object stat = map(query).remove("metric_stat");
                if (stat != null) {
                    Map<String, Object> metric = map(map(stat).remove("metric"));
                    metric.putAll(map(stat));
                    metric.put("dimensions", dimensions(metric.get("dimensions")));
                    map(query).put("metric", List.of(metric));
                }
                queries.add(query);
            }
            renamed.put("metric_query", queries);
        }
        return renamed;
    }

    private static Map<String, Object> dimensions(Object list) {
        Map<String, Object> dimensions = new HashMap<>();
        list(list).forEach(dimension -> {
            Map<String, Object> each = map(renamedToSnake(dimension));
            dimensions.put(each.get("name").toString(), each.get("value"));
        });
        return dimensions;
    }

    private static Map<String, Object> properties(World world) {
        return propertyMaps(
                renamedGroups(at(
                        world.application.resource("AWS::KinesisAnalyticsV2::Application"),
                        "ApplicationConfiguration",
                        "EnvironmentProperties",
                        "PropertyGroups")),
                "property_group");
    }

    private static Object renamedGroups(Object groups) {
        return Map.of(
                "property_group",
                list(groups).stream()
                        .map(group -> Map.of(
                                "property_group_id", at(group, "PropertyGroupId"),
                                "property_map", at(group, "PropertyMap")))
                        .collect(Collectors.toList()));
    }

    private static Map<String, Object> propertyMaps(Object environment, String key) {
        Map<String, Object> maps = new TreeMap<>();
        by("property_group_id", list(map(environment).get(key)))
                .forEach((id, group) -> maps.put(id, map(group).get("property_map")));
        return maps;
    }

    /** Blocks of which there is one as that one; property groups stay a list. */
    private static Object withoutBlocks(Object value) {
        if (value instanceof List
                && list(value).size() == 1
                && list(value).get(0) instanceof Map
                && !map(list(value).get(0)).containsKey("property_group_id")) {
            return withoutBlocks(list(value).get(0));
        }
        if (!(value instanceof Map)) {
            return value;
        }
        Map<String, Object> without = new TreeMap<>();
        map(value).forEach((key, below) -> without.put(key, withoutBlocks(below)));
        return without;
    }
}
