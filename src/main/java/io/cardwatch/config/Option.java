package io.cardwatch.config;

import java.util.Optional;

/**
 * One setting: its key, the type of its value, its default and one sentence about it. {@link Options} declares them
 * all.
 *
 * @param <T> class of its value
 */
public final class Option<T> {
    /** Group and name, such as {@code features.terminal-delay}. */
    public final String key;
    /** What a value must be, worded to follow "must be". */
    public final String rule;
    /** The default as a person would write it; empty where the setting may be left out. */
    public final String defaultText;
    /** What the setting does, in one sentence. */
    public final String sentence;

    private final ValueType<T> type;

    Option(String key, ValueType<T> type, String defaultText, String sentence) {
        this.key = key;
        this.rule = type.rule;
        this.defaultText = defaultText;
        this.sentence = sentence;
        this.type = type;
    }

    Optional<T> parse(String text) {
        return type.parse(text);
    }

    @Override
    public String toString() {
        return key;
    }
}
