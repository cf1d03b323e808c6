package io.cardwatch.training.report;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.samskivert.mustache.Mustache;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/** Makes one file of HTML that needs no other: a template of this package, its values, and the style that all share. */
final class Page {
    private Page() {}

    static String html(String template, Map<String, Object> values) {
        Map<String, Object> all = new LinkedHashMap<>(values);
        all.put("style", read("style.css"));
        return Mustache.compiler().compile(read(template)).execute(all);
    }

    private static String read(String name) {
        try (InputStream file = Objects.requireNonNull(Page.class.getResourceAsStream(name), name)) {
            return new String(file.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
