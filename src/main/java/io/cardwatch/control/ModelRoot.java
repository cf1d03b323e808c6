package io.cardwatch.control;

import io.cardwatch.config.Options;
import io.cardwatch.config.Settings;
import io.cardwatch.domain.BadInputException;
import java.io.Serializable;
import java.net.URI;
import java.nio.file.Path;

/** The directory below which models lie that a table may name: whoever can write the table chooses among these alone. */
public final class ModelRoot implements Serializable {
    private static final long serialVersionUID = 1L;

    /** Empty where there is none. */
    private final String root;

    private ModelRoot(String root) {
        this.root = root;
    }

    /** That of the settings. */
    public static ModelRoot of(Settings settings) {
        return new ModelRoot(settings.get(Options.CONTROL_MODEL_ROOT).orElse(""));
    }

    /**
     * The URI of a model's directory.
     *
     * @param path below the root, with or without the root before it
     * @throws BadInputException when it lies elsewhere, or there is no root
     */
    public String resolve(String path) {
        if (root.isEmpty()) {
            throw new BadInputException(
                    "control.model-root is not set, so no model can be put into force",
                    "Set it to the directory of the models, for jobs and for serve.");
        }
        URI base = URI.create(uri(root) + "/").normalize();
        URI model = base.resolve(uri(path)).normalize();
        URI below = base.relativize(model);
        if (below.equals(model) || below.toString().isEmpty()) {
            throw new BadInputException(
                    path + " is not below control.model-root, " + root, "Copy the model to a directory below it.");
        }
        return model.toString();
    }

    /** A text that may be a path or a URI as a URI without a slash at the end. */
    private static String uri(String text) {
        String trimmed = text.replaceFirst("(?<=.)/+$", "");
        boolean isAbsolutePath = trimmed.startsWith("/");
        return isAbsolutePath
                ? Path.of(trimmed).toUri().toString().replaceFirst("/$", "")
                : trimmed.replace(" ", "%20");
    }
}
