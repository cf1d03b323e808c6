package io.cardwatch.online;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.commons.codec.digest.DigestUtils;

/** The scripts that the store runs. Each says what it does at its head. */
enum Script {
    PUBLISH("publish"),
    REMOVE("remove"),
    HEARTBEAT("heartbeat"),
    TRANSACTION("transaction");

    @SuppressWarnings("ImmutableEnumChecker") // nobody writes into it
    final byte[] text;

    /** By which the store knows it. */
    @SuppressWarnings("ImmutableEnumChecker") // nobody writes into it
    final byte[] sha1;

    Script(String name) {
        try (InputStream resource = Script.class.getResourceAsStream("/online/" + name + ".lua")) {
            text = resource.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        sha1 = DigestUtils.sha1Hex(text).getBytes(UTF_8);
    }

    /** A call of this script. */
    Call on(List<String> keys, Object... arguments) {
        return on(keys, Arrays.asList(arguments));
    }

    /** A call of this script. */
    Call on(List<String> keys, List<Object> arguments) {
        return new Call(this, bytes(keys), bytes(arguments));
    }

    private static List<byte[]> bytes(List<?> values) {
        List<byte[]> bytes = new ArrayList<>(values.size());
        for (Object value : values) {
            bytes.add(bytes(value));
        }
        return bytes;
    }

    private static byte[] bytes(Object value) {
        return value instanceof byte[] ? (byte[]) value : value.toString().getBytes(UTF_8);
    }

    /** A script with its keys, which lie in one slot, and its arguments. */
    static final class Call {
        final Script script;
        final List<byte[]> keys;
        final List<byte[]> arguments;

        private Call(Script script, List<byte[]> keys, List<byte[]> arguments) {
            this.script = script;
            this.keys = keys;
            this.arguments = arguments;
        }
    }
}
