package io.cardwatch.config;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLDecoder;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Says which JDBC URLs are accepted. URLs are read with the driver's own parser, so this check sees what the driver
 * sees. Parameters are refused, in any case or encoding, if they load classes, write files, weaken the separation of
 * statements and data, carry a secret, or make errors quote rows. A server on another machine must prove its identity.
 */
final class WarehouseUrl {
    static final String RULE = "a URL like jdbc:postgresql://host:5432/database or jdbc:redshift://host:5439/database,"
            + " with sslmode=verify-full unless the host is localhost, and without user, password, preferQueryMode=simple, socketFactory, sslfactory,"
            + " loggerFile and the like";

    static final String POSTGRES_RULE =
            "a URL like jdbc:postgresql://host:5432/database, with sslmode=verify-full unless the"
                    + " host is localhost, and without user, password and what else warehouse.url must not have";

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

    /** Groups: host, parameters. */
    private static final Pattern REDSHIFT =
            Pattern.compile("jdbc:redshift://([A-Za-z0-9.-]+):[0-9]{1,5}/[A-Za-z0-9_]+(?:[?](.*))?");
    /** All that may stand in a URL of Redshift: its driver knows far more, such as class names, log files and secrets. */
    private static final Set<String> OF_REDSHIFT = Set.of("ssl", "sslmode", "sslrootcert");

    private WarehouseUrl() {}

    static boolean isAccepted(String url) {
        Matcher redshift = REDSHIFT.matcher(url);
        return redshift.matches() ? isAcceptedOfRedshift(redshift) : isAcceptedOfPostgres(url);
    }

    private static boolean isAcceptedOfRedshift(Matcher url) {
        List<String> parameters =
                url.group(2) == null ? List.of() : List.of(url.group(2).split("&", -1));
        boolean local = ValueType.LOCAL_HOSTS.contains(url.group(1));
        boolean verified = parameters.contains("sslmode=verify-full") && !parameters.contains("ssl=false");
        return (local || verified)
                && parameters.stream()
                        .allMatch(parameter -> OF_REDSHIFT.contains(parameter.split("=", 2)[0]));
    }

    static boolean isAcceptedOfPostgres(String url) {
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
        return Stream.of(parts.getProperty("PGHOST").split(",", -1)).allMatch(ValueType.LOCAL_HOSTS::contains);
    }

    private static boolean verified(Properties parts) {
        return "verify-full".equals(parts.getProperty("sslmode"));
    }
}
