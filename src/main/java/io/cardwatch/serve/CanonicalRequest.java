package io.cardwatch.serve;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.cardwatch.domain.Sha256;
import io.cardwatch.serve.SignatureRefused.Reason;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The text of a request that AWS Signature Version 4 signs, as every service but S3 has it: the path is normalised and
 * encoded once more than on the wire, the query is decoded, encoded strictly and sorted.
 */
final class CanonicalRequest {
    private static final String HEX = "0123456789ABCDEF";
    private static final int OCTETS = 256;

    private CanonicalRequest() {}

    /**
     * The whole text.
     *
     * @param path as {@link #normalised} gives it
     * @param query as {@link #query} gives it
     * @param host what the client called us, for the header {@code host}
     * @throws SignatureRefused when something that is signed is not there or cannot have come over the wire
     */
    static String text(
            SignedRequest request, String path, String query, List<String> signedHeaders, String host, String bodyHash)
            throws SignatureRefused {
        StringBuilder text = new StringBuilder(512);
        text.append(request.method).append('\n');
        encode(path, true, text);
        text.append('\n').append(query).append('\n');
        for (String name : signedHeaders) {
            List<String> values = name.equals("host") ? List.of(host) : request.header(name);
            if (values.isEmpty()) {
                throw malformed("A signed header is not there.");
            }
            text.append(name).append(':');
            for (int i = 0; i < values.size(); i++) {
                text.append(i == 0 ? "" : ",");
                appendTrimmed(values.get(i), text);
            }
            text.append('\n');
        }
        return text.append('\n')
                .append(String.join(";", signedHeaders))
                .append('\n')
                .append(bodyHash)
                .toString();
    }

    /**
     * What the key signs.
     *
     * @param timestamp {@code yyyyMMddTHHmmssZ}
     * @param scope day, region, service and {@code aws4_request}, separated by slashes
     */
    static String stringToSign(String timestamp, String scope, String text) {
        return SignatureClaim.ALGORITHM + "\n" + timestamp + "\n" + scope + "\n" + Sha256.of(text.getBytes(ISO_8859_1));
    }

    /** The path without empty segments, {@code .} and {@code ..}, still with its percent signs. */
    static String normalised(String path) {
        if (path.startsWith("/") && !path.contains("//") && !path.contains("/.")) {
            return path;
        }
        Deque<String> kept = new ArrayDeque<>();
        boolean directory = false;
        for (String segment : path.split("/", -1)) {
            directory = segment.isEmpty() || segment.equals(".") || segment.equals("..");
            if (segment.equals("..")) {
                kept.pollLast();
            } else if (!directory) {
                kept.add(segment);
            }
        }
        return "/" + String.join("/", kept) + (directory && !kept.isEmpty() ? "/" : "");
    }

    /**
     * The query with strict encoding, sorted by name, then by value: sorted as joined texts, {@code a-b=} would come
     * before {@code a=}.
     *
     * @param leftOut names that are not signed
     * @throws SignatureRefused when a char is no byte
     */
    static String query(List<String[]> parameters, Set<String> leftOut) throws SignatureRefused {
        List<String[]> encoded = new ArrayList<>();
        for (String[] parameter : parameters) {
            if (!leftOut.contains(parameter[0])) {
                encoded.add(new String[] {encoded(parameter[0]), encoded(parameter[1])});
            }
        }
        encoded.sort(Comparator.<String[], String>comparing(parameter -> parameter[0])
                .thenComparing(parameter -> parameter[1]));
        StringBuilder text = new StringBuilder();
        for (String[] parameter : encoded) {
            text.append(text.length() == 0 ? "" : "&")
                    .append(parameter[0])
                    .append('=')
                    .append(parameter[1]);
        }
        return text.toString();
    }

    /**
     * The parameters of a query, name and value, decoded; a plus sign is a plus sign.
     *
     * @throws SignatureRefused when a percent sign does not begin an escape
     */
    static List<String[]> parameters(String query) throws SignatureRefused {
        List<String[]> parameters = new ArrayList<>();
        for (String parameter : query.split("&", -1)) {
            if (!parameter.isEmpty()) {
                String[] nameAndValue = parameter.split("=", 2);
                parameters.add(new String[] {
                    unescaped(nameAndValue[0]), nameAndValue.length == 2 ? unescaped(nameAndValue[1]) : ""
                });
            }
        }
        return parameters;
    }

    private static String unescaped(String text) throws SignatureRefused {
        return decoded(text)
                .orElseThrow(() -> malformed("The query has a percent sign that is not followed by two digits."));
    }

    /** The text without its escapes; empty when a percent sign is not followed by two hexadecimal digits. */
    static Optional<String> decoded(String text) {
        if (text.indexOf('%') < 0) {
            return Optional.of(text);
        }
        StringBuilder decoded = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char octet = text.charAt(i);
            if (octet == '%') {
                int high = i + 2 < text.length() ? digit(text.charAt(i + 1)) : -1;
                int low = i + 2 < text.length() ? digit(text.charAt(i + 2)) : -1;
                if (high < 0 || low < 0) {
                    return Optional.empty();
                }
                octet = (char) (high << 4 | low);
                i += 2;
            }
            decoded.append(octet);
        }
        return Optional.of(decoded.toString());
    }

    /** Unlike Character.digit, of ASCII alone. */
    private static int digit(char text) {
        return text < 0x80 ? Character.digit(text, 16) : -1;
    }

    private static String encoded(String text) throws SignatureRefused {
        StringBuilder encoded = new StringBuilder(text.length());
        encode(text, false, encoded);
        return encoded.toString();
    }

    private static void encode(String text, boolean slashesStay, StringBuilder encoded) throws SignatureRefused {
        for (int i = 0; i < text.length(); i++) {
            char octet = text.charAt(i);
            if (isUnreserved(octet) || (slashesStay && octet == '/')) {
                encoded.append(octet);
            } else if (octet < OCTETS) {
                encoded.append('%').append(HEX.charAt(octet >> 4)).append(HEX.charAt(octet & 0xF));
            } else {
                throw noByte();
            }
        }
    }

    private static boolean isUnreserved(char octet) {
        return (octet >= 'a' && octet <= 'z')
                || (octet >= 'A' && octet <= 'Z')
                || (octet >= '0' && octet <= '9')
                || octet == '-'
                || octet == '_'
                || octet == '.'
                || octet == '~';
    }

    /** Appends a header's value without the blanks around it, each run of blanks within as one. */
    private static void appendTrimmed(String value, StringBuilder text) throws SignatureRefused {
        int start = text.length();
        boolean blank = false;
        for (int i = 0; i < value.length(); i++) {
            char octet = value.charAt(i);
            if (octet == ' ' || (octet >= '\t' && octet <= '\r')) {
                blank = text.length() > start;
            } else if (octet >= OCTETS) {
                throw noByte();
            } else {
                text.append(blank ? " " : "").append(octet);
                blank = false;
            }
        }
    }

    private static SignatureRefused noByte() {
        return malformed("The request has a character that is no byte.");
    }

    private static SignatureRefused malformed(String message) {
        return new SignatureRefused(Reason.MALFORMED_SIGNATURE, message);
    }
}
