package io.cardwatch.config;

import io.cardwatch.domain.BadInputException;
import java.io.Serializable;
import java.util.Optional;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.redshift.RedshiftClient;
import software.amazon.awssdk.services.redshift.model.GetClusterCredentialsResponse;
import software.amazon.awssdk.services.redshiftserverless.RedshiftServerlessClient;
import software.amazon.awssdk.services.redshiftserverless.model.GetCredentialsResponse;

/**
 * Temporary logins of Amazon Redshift that IAM gives to the process's own role, so that there is no password to keep. They end
 * after minutes, but a connection that was opened lasts; so each connection asks for a login of its own.
 */
public final class RedshiftCredentials implements Serializable {
    private static final long serialVersionUID = 1L;
    /** Database name of a URL that {@link WarehouseUrl} accepts. */
    private static final String DATABASE = "jdbc:redshift://[^/]+/(\\w+).*";

    private final String region;
    private final String database;
    /** Null for Serverless. */
    private final String cluster;
    /** The database user whose login is asked for; Serverless has one for each role. */
    private final String user;
    /** Null for a cluster. */
    private final String workgroup;

    private RedshiftCredentials(String region, String database, String cluster, String user, String workgroup) {
        this.region = region;
        this.database = database;
        this.cluster = cluster;
        this.user = user;
        this.workgroup = workgroup;
    }

    /** The cluster or the workgroup that the settings name; empty when they name none. */
    public static Optional<RedshiftCredentials> of(Settings settings) {
        Optional<String> cluster = settings.get(Options.WAREHOUSE_IAM_CLUSTER);
        Optional<String> workgroup = settings.get(Options.WAREHOUSE_IAM_WORKGROUP);
        return cluster.or(() -> workgroup)
                .map(any -> new RedshiftCredentials(
                        settings.get(Options.SOURCE_REGION),
                        settings.required(Options.WAREHOUSE_URL).replaceFirst(DATABASE, "$1"),
                        cluster.orElse(null),
                        settings.get(Options.WAREHOUSE_USER).orElse(null),
                        workgroup.orElse(null)));
    }

    /**
     * A new login. Credentials of AWS, and an endpoint for emulators, come from the SDK's own settings.
     *
     * @throws BadInputException when the service does not give it
     */
    public Login ask() {
        try {
            return cluster == null ? ofWorkgroup() : ofCluster();
        } catch (SdkException e) {
            throw new BadInputException(
                    "Amazon Redshift gave no login for " + this + " ("
                            + e.getClass().getSimpleName() + ")",
                    cluster == null
                            ? "Check the name, source.region, and that the role may call redshift-serverless:GetCredentials on"
                                    + " the workgroup."
                            : "Check the name, source.region, and that the role may call redshift:GetClusterCredentials on"
                                    + " the user and on the database of the cluster.",
                    e);
        }
    }

    private Login ofCluster() {
        try (RedshiftClient client = RedshiftClient.builder()
                .region(Region.of(region))
                .httpClientBuilder(UrlConnectionHttpClient.builder())
                .build()) {
            GetClusterCredentialsResponse login =
                    client.getClusterCredentials(request -> request.clusterIdentifier(cluster)
                            .dbUser(user)
                            .dbName(database)
                            .autoCreate(false));
            return new Login(login.dbUser(), login.dbPassword());
        }
    }

    private Login ofWorkgroup() {
        try (RedshiftServerlessClient client = RedshiftServerlessClient.builder()
                .region(Region.of(region))
                .httpClientBuilder(UrlConnectionHttpClient.builder())
                .build()) {
            GetCredentialsResponse login = client.getCredentials(
                    request -> request.workgroupName(workgroup).dbName(database));
            return new Login(login.dbUser(), login.dbPassword());
        }
    }

    /** Whose login it is. */
    @Override
    public String toString() {
        return cluster == null ? "the role in workgroup " + workgroup : "user " + user + " of cluster " + cluster;
    }
}
