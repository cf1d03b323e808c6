package io.cardwatch.codec;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import io.cardwatch.domain.DeadLetterReason;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Set;

/**
 * Reads records that are JSON objects: by {@link PlainJson} if the record is plain, as nearly all are, else by Jackson.
 *
 * <p>Jackson always reads to the end of the record, so BAD_JSON takes precedence over every other fault. The parser's
 * own limits are off, because the size of a record bounds them all. Depth, digits and repeated keys are noted while
 * reading and judged afterwards.
 */
final class JsonReader implements RecordDecoder.Reader {
    /** Nesting depth of objects and arrays, including the record itself. */
    static final int MAX_DEPTH = 1_000;

    /** Digits of one number. */
    static final int MAX_DIGITS = 1_000;

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .disable(JsonFactory.Feature.FAIL_ON_SYMBOL_HASH_OVERFLOW)
            .recyclerPool(JsonRecyclerPools.threadLocalPool())
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(Integer.MAX_VALUE)
                    .maxNumberLength(Integer.MAX_VALUE)
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxNameLength(Integer.MAX_VALUE)
                    .build())
            .build();

    private final RecordFields<?> fields;
    private final PlainJson plain;
    private boolean object;
    private boolean tooComplex;
    private boolean duplicateKey;
    /** Names of the record's unknown fields; created when the first one comes. */
    private transient Set<String> unknownNames;

    JsonReader(RecordFields<?> fields) {
        this.fields = fields;
        this.plain = new PlainJson(fields.all());
    }

    @Override
    public void read(byte[] bytes, int start) throws Rejection {
        if (plain.read(bytes, start)) {
            return;
        }
        fields.clear();
        object = false;
        tooComplex = false;
        duplicateKey = false;
        unknownNames = null;
        if (guessedOtherEncoding(bytes, start)) {
            throw badJson();
        }
        try (JsonParser parser = FACTORY.createParser(bytes, start, bytes.length - start)) {
            readRecord(parser);
        } catch (IOException | RuntimeException e) {
            // Even a bug in the parser must cost one record, not the job: a restart would only meet it again.
            throw badJson();
        }
        judge();
    }

    /** Whether the parser would take the record for UTF-16 or UTF-32, or skip one more byte order mark. */
    private static boolean guessedOtherEncoding(byte[] bytes, int start) {
        for (int i = start; i < Math.min(start + 4, bytes.length); i++) {
            if (bytes[i] == 0) {
                return true;
            }
        }
        return bytes[start] < 0;
    }

    private void readRecord(JsonParser parser) throws IOException, Rejection {
        JsonToken root = parser.nextToken();
        object = root == JsonToken.START_OBJECT;
        if (object) {
            for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
                readField(name, parser);
            }
        } else {
            skip(root, parser, 0);
        }
        if (parser.nextToken() != null) {
            throw badJson();
        }
    }

    private void readField(String name, JsonParser parser) throws IOException, Rejection {
        Field field = fields.named(name);
        JsonToken token = parser.nextToken();
        if (field != null) {
            duplicateKey |= field.seen();
            fill(field, token, parser);
            return;
        }
        fields.unknownSeen();
        if (unknownNames == null) {
            unknownNames = new HashSet<>();
        }
        duplicateKey |= !unknownNames.add(name);
        skip(token, parser, 1);
    }

    private void fill(Field field, JsonToken token, JsonParser parser) throws IOException, Rejection {
        if (token == JsonToken.VALUE_STRING) {
            field.set(Field.Kind.TEXT, parser.getTextCharacters(), parser.getTextOffset(), parser.getTextLength());
        } else if (token.isNumeric()) {
            checkNumber(parser, field.name.equals(FieldNames.TX_AMOUNT));
            field.set(Field.Kind.NUMBER, parser.getTextCharacters(), parser.getTextOffset(), parser.getTextLength());
        } else if (token == JsonToken.VALUE_NULL) {
            field.set(Field.Kind.ABSENT);
        } else if (token.isBoolean()) {
            field.set(Field.Kind.BOOLEAN, parser.getTextCharacters(), parser.getTextOffset(), parser.getTextLength());
        } else {
            field.set(Field.Kind.OTHER);
            skip(token, parser, 1);
        }
    }

    /** Skips the value that begins with {@code token}, but checks its form. */
    private void skip(JsonToken token, JsonParser parser, int depthAround) throws IOException, Rejection {
        if (token.isNumeric()) {
            checkNumber(parser, false);
        } else if (token.isStructStart()) {
            skipStructure(token, parser, depthAround);
        }
    }

    private void skipStructure(JsonToken start, JsonParser parser, int depthAround) throws IOException, Rejection {
        ArrayDeque<Set<String>> names = new ArrayDeque<>();
        JsonToken token = start;
        while (true) {
            if (token.isStructStart()) {
                names.push(token == JsonToken.START_OBJECT ? new HashSet<>() : Set.of());
                tooComplex |= names.size() + depthAround > MAX_DEPTH;
            } else if (token == JsonToken.FIELD_NAME) {
                duplicateKey |= !names.element().add(parser.currentName());
            } else if (token.isNumeric()) {
                checkNumber(parser, false);
            } else if (token.isStructEnd()) {
                names.pop();
                if (names.isEmpty()) {
                    return;
                }
            }
            token = parser.nextToken();
        }
    }

    private void checkNumber(JsonParser parser, boolean mayBeNotFinite) throws IOException, Rejection {
        char[] text = parser.getTextCharacters();
        int offset = parser.getTextOffset();
        int length = parser.getTextLength();
        if (!digit(text[offset + length - 1]) && !mayBeNotFinite) {
            throw badJson();
        }
        tooComplex |= length > MAX_DIGITS && digits(text, offset, length) > MAX_DIGITS;
    }

    private static int digits(char[] text, int offset, int length) {
        int digits = 0;
        for (int i = offset; i < offset + length; i++) {
            digits += digit(text[i]) ? 1 : 0;
        }
        return digits;
    }

    private static boolean digit(char character) {
        return character >= '0' && character <= '9';
    }

    private void judge() throws Rejection {
        if (tooComplex) {
            throw new Rejection(
                    DeadLetterReason.TOO_COMPLEX,
                    "The record is nested more than " + MAX_DEPTH + " deep or has a number of more than " + MAX_DIGITS
                            + " digits");
        }
        if (!object) {
            throw new Rejection(DeadLetterReason.NOT_OBJECT, "The record is not a JSON object");
        }
        if (duplicateKey) {
            throw new Rejection(DeadLetterReason.DUPLICATE_KEY, "The record has a key twice");
        }
    }

    private static Rejection badJson() {
        return new Rejection(DeadLetterReason.BAD_JSON, "The record is not valid JSON");
    }
}
