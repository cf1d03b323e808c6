package io.cardwatch.config;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLDecoder;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Says which JDBC URLs are accepted. URLs are read with the driver's own parser, so this check sees what the driver
 * sees. Parameters are refused, in any case or encoding, if they load classes, write files, weaken the separation of
 * statements and data, carry a secret, or make errors quote rows. A server on another machine must prove its identity.
 */
final class WarehouseUrl {
    static final String RULE = "a URL like jdbc:postgresql://host:5432/database, with sslmode=verify-full unless the"
            + " host is localhost, and without user, password, preferQueryMode=simple, socketFactory, sslfactory,"
            + " loggerFile and the like";

    private static final Set<String> REFUSED = Set.of(
            "user",
            "password",
            "sslpassword",
            "socketfactory",
            "socketfactoryarg",
            "sslfactory",
            "sslfactoryarg",
            "sslhostnameverifier",
            "sslpasswordcallback",
            "authenticationpluginclassname",
            "classloaderstrategy",
            "connectexecutor",
            "connectexecutorarg",
            "xmlfactoryfactory",
            "loggerlevel",
            "loggerfile",
            // The detail quotes the row, and rows hold names and addresses.
            "logservererrordetail",
            "replication",
            "jaasapplicationname",
            "service");

    private static final List<String> LOCAL_HOSTS = List.of("localhost", "127.0.0.1", "[::1]", "::1");

    private WarehouseUrl() {}

    static boolean isAccepted(String url) {
        return url.startsWith("jdbc:postgresql:")
                && PostgresDriver.parse(url)
                        .filter(parts -> !refused(url, parts))
                        // The driver takes user and password before the host for a part of its name, and names are
                        // printed.
                        .filter(parts -> !parts.getProperty("PGHOST").contains("@"))
                        .filter(parts -> local(parts) || verified(parts))
                        .isPresent();
    }

    private static boolean refused(String url, Properties parts) {
        Stream<String> asRead = parts.stringPropertyNames().stream().map(name -> name + "=" + parts.getProperty(name));
        return Stream.concat(asRead, Stream.of(query(url).split("&", -1)))
                .map(parameter -> URLDecoder.decode(parameter, UTF_8).toLowerCase(Locale.ROOT))
                .anyMatch(parameter ->
                        REFUSED.contains(parameter.split("=", 2)[0]) || parameter.equals("preferquerymode=simple"));
    }

    /** The parameters of the URL itself; the driver's parser drops some of them. */
    private static String query(String url) {
        return url.substring(url.indexOf('?') + 1);
    }

    private static boolean local(Properties parts) {
        return Stream.of(parts.getProperty("PGHOST").split(",", -1)).allMatch(LOCAL_HOSTS::contains);
    }

    private static boolean verified(Properties parts) {
        return "verify-full".equals(parts.getProperty("sslmode"));
    }
}
