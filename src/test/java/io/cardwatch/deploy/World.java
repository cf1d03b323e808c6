package io.cardwatch.deploy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Both stacks in both languages, with the same values for their parameters. */
@SuppressWarnings("ImmutableEnumChecker") // what was read is not changed
enum World {
    /** Nothing is switched on that need not be. */
    LEAST(Map.of()),
    /** All is switched on, and some names are others. */
    MOST(Map.of(
            "PredictionsStreamName", "predictions",
            "Archive", "true",
            "OnlineUrl", "rediss://store.example.com:6379",
            "OnlinePasswordSecretArn", secret("online-AbCdEf"),
            "ModelPath", "s3://cardwatch-123456789012-us-east-1/models/2026",
            "AlarmEmail", "oncall@example.com",
            "ApplicationName", "fraud",
            "PaymentStreamName", "other-payments",
            "LabelStreamName", "other-labels",
            "InitialPosition", "LATEST"));

    final CloudFormation foundation;
    final CloudFormation application;
    final Terraform terraformFoundation;
    final Terraform terraformApplication;

    World(Map<String, Object> own) {
        Map<String, Object> given = new HashMap<>(own);
        given.put("WarehousePasswordSecretArn", secret("warehouse-AbCdEf"));
        given.put("JarKey", "jars/cardwatch-job-0123456789abcdef.jar");
        given.put("WarehouseUrl", "jdbc:postgresql://warehouse.example.com:5432/cards?sslmode=verify-full");
        given.put("SubnetIds", List.of("subnet-1", "subnet-2"));
        given.put("SecurityGroupIds", List.of("sg-1"));
        foundation = new CloudFormation(Templates.DIRECTORY.resolve("foundation.yaml"), given, Map.of());
        application = new CloudFormation(Templates.DIRECTORY.resolve("application.yaml"), given, foundation.exports());
        Map<String, Object> variables = new HashMap<>();
        given.forEach((name, value) -> variables.put(Templates.snake(name), value));
        terraformFoundation = new Terraform(Templates.DIRECTORY.resolve("terraform/foundation"), variables);
        // As the README has it: what the first module puts out is given to the second.
        variables.putAll(terraformFoundation.outputs());
        terraformApplication = new Terraform(Templates.DIRECTORY.resolve("terraform/application"), variables);
    }

    private static String secret(String name) {
        return "arn:aws:secretsmanager:us-east-1:123456789012:secret:" + name;
    }
}
