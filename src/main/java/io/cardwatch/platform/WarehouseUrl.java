package io.cardwatch.platform;

import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.postgresql.Driver;

/**
 * Which JDBC URLs are accepted: read with the driver's own parser, so that what is checked here is what the driver
 * sees. Refused are parameters that load classes, write files, weaken statements' separation from data or carry a
 * secret; a server elsewhere than on this machine must prove who it is.
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
            "xmlfactoryfactory",
            "loggerlevel",
            "loggerfile",
            "jaasapplicationname",
            "service");

    private static final List<String> LOCAL_HOSTS = List.of("localhost", "127.0.0.1", "[::1]", "::1");

    private WarehouseUrl() {}

    static boolean isAccepted(String url) {
        Properties parts = url.startsWith("jdbc:postgresql:") ? Driver.parseURL(url, null) : null;
        return parts != null && !refused(url, parts) && (local(parts) || verified(parts));
    }

    private static boolean refused(String url, Properties parts) {
        Set<String> given = Stream.concat(parts.stringPropertyNames().stream(), queryNames(url))
                .map(name -> name.toLowerCase(Locale.ROOT))
                .collect(Collectors.toSet());
        return given.stream().anyMatch(REFUSED::contains)
                || "simple".equalsIgnoreCase(parts.getProperty("preferQueryMode"));
    }

    /** Names in the URL itself: the driver resolves some of them away. */
    private static Stream<String> queryNames(String url) {
        int question = url.indexOf('?');
        String query = question < 0 ? "" : url.substring(question + 1);
        return Stream.of(query.split("&", -1)).map(part -> part.split("=", 2)[0]);
    }

    private static boolean local(Properties parts) {
        return Stream.of(parts.getProperty("PGHOST").split(",", -1)).allMatch(LOCAL_HOSTS::contains);
    }

    private static boolean verified(Properties parts) {
        return "verify-full".equals(parts.getProperty("sslmode"));
    }
}
