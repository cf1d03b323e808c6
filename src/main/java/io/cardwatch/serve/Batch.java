package io.cardwatch.serve;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Takes a request with several transactions apart. */
final class Batch {
    /** Most transactions of one request. */
    static final int MOST = 500;

    private static final String FIELD = "transactions";
    /** For UTF-8 alone: of other encodings it does not tell where in the bytes it is. */
    private static final JsonFactory JSON =
            JsonFactory.builder().disable(JsonFactory.Feature.CHARSET_DETECTION).build();

    private Batch() {}

    /**
     * The bytes of each transaction in {@code {"transactions": […]}}; null where the body is another object, which is then
     * a transaction itself.
     *
     * @throws Problem where the body is no JSON object, or a batch that is empty, too long or has other fields
     */
    static List<byte[]> items(byte[] body) throws Problem {
        try (JsonParser json = JSON.createParser(body)) {
            require(json.nextToken() == JsonToken.START_OBJECT, "The body must be a JSON object.");
            if (!FIELD.equals(json.nextFieldName())) {
                return null;
            }
            require(json.nextToken() == JsonToken.START_ARRAY, "transactions must be an array.");
            List<byte[]> items = new ArrayList<>();
            while (json.nextToken() != JsonToken.END_ARRAY) {
                int from = (int) json.currentTokenLocation().getByteOffset();
                json.skipChildren();
                json.finishToken();
                items.add(Arrays.copyOfRange(
                        body, from, (int) json.currentLocation().getByteOffset()));
                require(items.size() <= MOST, "transactions must have at most " + MOST + " elements.");
            }
            require(!items.isEmpty(), "transactions must have at least one element.");
            require(json.nextToken() == JsonToken.END_OBJECT, "Nothing may stand beside transactions.");
            require(json.nextToken() == null, "Nothing may follow the object.");
            return items;
        } catch (IOException e) {
            // Its message would repeat what the body holds.
            throw malformed("The body is not JSON.");
        }
    }

    private static void require(boolean condition, String message) throws Problem {
        if (!condition) {
            throw malformed(message);
        }
    }

    private static Problem malformed(String message) {
        return new Problem(Problem.BAD_REQUEST, "malformed", message);
    }
}
