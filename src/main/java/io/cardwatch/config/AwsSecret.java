package io.cardwatch.config;

import io.cardwatch.domain.BadInputException;
import java.util.Optional;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;

/** A secret in AWS Secrets Manager, which may change there at any time. */
final class AwsSecret {
    static final String ARN_RULE = "an ARN like arn:aws:secretsmanager:us-east-1:123456789012:secret:cardwatch-AbCdEf";
    static final String ARN = "arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\\d{12}:secret:[\\w/+=.@-]+";

    private AwsSecret() {}

    /**
     * The secret's text as of now; empty when it holds bytes. The ARN names the region. Credentials, and an endpoint for
     * emulators, come from the SDK's own settings.
     *
     * @throws BadInputException when the service does not give it
     */
    static Optional<String> ask(String arn) {
        Region region = Region.of(arn.split(":", -1)[3]);
        try (SecretsManagerClient client = SecretsManagerClient.builder()
                .region(region)
                .httpClientBuilder(UrlConnectionHttpClient.builder())
                .build()) {
            return Optional.ofNullable(
                    client.getSecretValue(request -> request.secretId(arn)).secretString());
        } catch (SdkException e) {
            throw new BadInputException(
                    "AWS Secrets Manager did not give the secret " + arn + " ("
                            + e.getClass().getSimpleName() + ")",
                    "Check the ARN, the network and that the role may call secretsmanager:GetSecretValue on it.",
                    e);
        }
    }
}
