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

/**
 * The place that holds the password of the warehouse, of the control database or of the online store, or the secret by which
 * alerts are signed. This class keeps the place, never the secret: every {@link #ask} looks there again. So the next connection uses a rotated password, and nothing secret is serialized into the job.
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

    private final String owner;
    private final Place place;
    private final String name;
    /** The key of the setting that names it. */
    private final String setting;

    private PasswordSource(String owner, Place place, String name, String setting) {
        this.owner = owner;
        this.place = place;
        this.name = name;
        this.setting = setting;
    }

    /** The place that the settings name for the warehouse's password. */
    public static PasswordSource ofWarehouse(Settings settings) {
        return of(
                "the warehouse",
                settings,
                Options.WAREHOUSE_PASSWORD_ENV,
                Options.WAREHOUSE_PASSWORD_FILE,
                Options.WAREHOUSE_PASSWORD_SECRET_ARN);
    }

    /** The place that the settings name for the online store's password. */
    public static PasswordSource ofOnlineStore(Settings settings) {
        return of(
                "the online store",
                settings,
                Options.ONLINE_PASSWORD_ENV,
                Options.ONLINE_PASSWORD_FILE,
                Options.ONLINE_PASSWORD_SECRET_ARN);
    }

    /** The place that the settings name for the password of {@code control.url}. */
    public static PasswordSource ofControl(Settings settings) {
        return of(
                "the control database",
                settings,
                Options.CONTROL_PASSWORD_ENV,
                Options.CONTROL_PASSWORD_FILE,
                Options.CONTROL_PASSWORD_SECRET_ARN);
    }

    /** The place that the settings name for the secret by which alerts are signed. */
    public static PasswordSource ofAlerts(Settings settings) {
        return of(
                "the receiver of alerts",
                settings,
                Options.ALERTS_SECRET_ENV,
                Options.ALERTS_SECRET_FILE,
                Options.ALERTS_SECRET_ARN);
    }

    private static PasswordSource of(
            String owner,
            Settings settings,
            Option<Optional<String>> variable,
            Option<Optional<String>> file,
            Option<Optional<String>> secret) {
        return place(owner, settings, variable, Place.ENVIRONMENT_VARIABLE)
                .or(() -> place(owner, settings, file, Place.FILE))
                .or(() -> place(owner, settings, secret, Place.SECRETS_MANAGER))
                .orElse(new PasswordSource(owner, Place.NOWHERE, "", ""));
    }

    private static Optional<PasswordSource> place(
            String owner, Settings settings, Option<Optional<String>> option, Place place) {
        return settings.get(option).map(name -> new PasswordSource(owner, place, name, option.key));
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
                        "the environment variable " + name + ", which is to hold " + owner + "'s password, is not set",
                        "Set it, or change " + setting + "."));
    }

    private String fromFile() {
        try {
            return Files.readString(Path.of(name))
                    .lines()
                    .findFirst()
                    .filter(password -> !password.isEmpty())
                    .orElseThrow(() -> new BadInputException(
                            name + ", which is to hold " + owner + "'s password, begins with an empty line",
                            "Write the password into its first line, or change " + setting + "."));
        } catch (IOException e) {
            throw new BadInputException(
                    name + ", which is to hold " + owner + "'s password, cannot be read",
                    "Make it readable on every machine of the cluster, or change " + setting + ".",
                    e);
        }
    }

    private String fromSecretsManager() {
        return AwsSecret.ask(name)
                .flatMap(PasswordSource::passwordIn)
                .orElseThrow(() -> new BadInputException(
                        "the secret " + name + " holds no password",
                        "Store the password itself, or JSON with a key password."));
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
