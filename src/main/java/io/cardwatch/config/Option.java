package io.cardwatch.config;

import java.util.Optional;

/**
 * One setting: its key, the type of its value, its default and one sentence about it. {@link Options} declares them all.
 *
 * @param <T> class of its value
 */
public final class Option<T> {
    private final String key;
    private final ValueType<T> type;
    private final String defaultText;
    private final String sentence;

    Option(String key, ValueType<T> type, String defaultText, String sentence) {
        this.key = key;
        this.type = type;
        this.defaultText = defaultText;
        this.sentence = sentence;
    }

    /** Group and name, such as {@code features.terminal-delay}. */
    public String key() {
        return key;
    }

    /** The property group, such as {@code features}. */
    public String group() {
        return key.substring(0, key.indexOf('.'));
    }

    /** What a value must be, worded to follow "must be". */
    public String rule() {
        return type.rule;
    }

    /** The default as a person would write it; empty where the setting may be left out. */
    public String defaultText() {
        return defaultText;
    }

    /** What the setting does, one sentence. */
    public String sentence() {
        return sentence;
    }

    Optional<T> parse(String text) {
        return type.parse(text);
    }

    @Override
    public String toString() {
        return key;
    }
}
