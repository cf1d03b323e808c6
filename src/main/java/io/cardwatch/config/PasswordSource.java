package io.cardwatch.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.cardwatch.domain.BadInputException;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;

/**
 * The place that holds the warehouse's password. This class keeps the place, never the secret: every {@link #ask} looks
 * there again. So the next connection uses a rotated password, and nothing secret is serialized into the job.
 */
public final class PasswordSource implements Serializable {
    private static final long serialVersionUID = 1L;
    private static final JsonMapper JSON = new JsonMapper();

    private enum Place {
        NOWHERE("none"),
        ENVIRONMENT_VARIABLE("****** from environment variable "),
        FILE("****** from file "),
        SECRETS_MANAGER("****** from secret ");

        private final String shown;

        Place(String shown) {
            this.shown = shown;
        }
    }

    private final Place place;
    private final String name;

    private PasswordSource(Place place, String name) {
        this.place = place;
        this.name = name;
    }

    /** The place that the settings name. */
    public static PasswordSource of(Settings settings) {
        return place(settings, Options.WAREHOUSE_PASSWORD_ENV, Place.ENVIRONMENT_VARIABLE)
                .or(() -> place(settings, Options.WAREHOUSE_PASSWORD_FILE, Place.FILE))
                .or(() -> place(settings, Options.WAREHOUSE_PASSWORD_SECRET_ARN, Place.SECRETS_MANAGER))
                .orElse(new PasswordSource(Place.NOWHERE, ""));
    }

    private static Optional<PasswordSource> place(Settings settings, Option<Optional<String>> option, Place place) {
        return settings.get(option).map(name -> new PasswordSource(place, name));
    }

    /**
     * The password as of now; empty when the settings name no place.
     *
     * @throws BadInputException when there is none at the place, or it cannot be reached
     */
    public Optional<String> ask() {
        switch (place) {
            case ENVIRONMENT_VARIABLE:
                return Optional.of(fromEnvironment());
            case FILE:
                return Optional.of(fromFile());
            case SECRETS_MANAGER:
                return Optional.of(fromSecretsManager());
            case NOWHERE:
                return Optional.empty();
        }
        throw new IllegalStateException("no such place: " + place);
    }

    private String fromEnvironment() {
        return Optional.ofNullable(System.getenv(name))
                .filter(password -> !password.isEmpty())
                .orElseThrow(() -> new BadInputException(
                        "the environment variable " + name + ", which is to hold the warehouse's password, is not set",
                        "Set it, or change warehouse.password-env."));
    }

    private String fromFile() {
        try {
            return Files.readString(Path.of(name))
                    .lines()
                    .findFirst()
                    .filter(password -> !password.isEmpty())
                    .orElseThrow(() -> new BadInputException(
                            name + ", which is to hold the warehouse's password, begins with an empty line",
                            "Write the password into its first line, or change warehouse.password-file."));
        } catch (IOException e) {
            throw new BadInputException(
                    name + ", which is to hold the warehouse's password, cannot be read",
                    "Make it readable on every machine of the cluster, or change warehouse.password-file.",
                    e);
        }
    }

    /** The ARN names the region. Credentials, and an endpoint for emulators, come from the SDK's own settings. */
    private String fromSecretsManager() {
        Region region = Region.of(name.split(":", -1)[3]);
        try (SecretsManagerClient client = SecretsManagerClient.builder()
                .region(region)
                .httpClientBuilder(UrlConnectionHttpClient.builder())
                .build()) {
            return Optional.ofNullable(client.getSecretValue(request -> request.secretId(name))
                            .secretString())
                    .flatMap(PasswordSource::passwordIn)
                    .orElseThrow(() -> new BadInputException(
                            "the secret " + name + " holds no password",
                            "Store the password itself, or JSON with a key password."));
        } catch (SdkException e) {
            throw new BadInputException(
                    "AWS Secrets Manager did not give the secret " + name + " ("
                            + e.getClass().getSimpleName() + ")",
                    "Check the ARN, the network and that the role may call secretsmanager:GetSecretValue on it.",
                    e);
        }
    }

    /** The text itself; or its key {@code password}, if it is a JSON object as the service's own rotation writes it. */
    private static Optional<String> passwordIn(String secret) {
        JsonNode json;
        try {
            json = JSON.readTree(secret);
        } catch (JsonProcessingException e) {
            return Optional.of(secret).filter(password -> !password.isEmpty());
        }
        return json.isObject()
                ? Optional.ofNullable(json.get("password"))
                        .filter(JsonNode::isTextual)
                        .map(JsonNode::textValue)
                : Optional.of(secret).filter(password -> !password.isEmpty());
    }

    /** The place with the secret masked, to show to a person. */
    @Override
    public String toString() {
        return place.shown + name;
    }
}
