package io.cardwatch.online;

import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.search.SearchProtocol;

/** The command that writes a transaction's document. */
enum DocumentCommand {
    /** A plain text. */
    TEXT("SET"),
    /** A document of RedisJSON, found by an index on customer, terminal, time, probability and action. */
    JSON("JSON.SET");

    private static final Logger LOG = LoggerFactory.getLogger(DocumentCommand.class);
    private static final String[] INDEX = {
        "cardwatch:transactions",
        "ON",
        "JSON",
        "PREFIX",
        "1",
        "cardwatch:{c:",
        "SCHEMA",
        "$.customer_id",
        "AS",
        "customer_id",
        "NUMERIC",
        "$.terminal_id",
        "AS",
        "terminal_id",
        "NUMERIC",
        "$.tx_epoch_second",
        "AS",
        "tx_epoch_second",
        "NUMERIC",
        "SORTABLE",
        "$.fraud_probability",
        "AS",
        "fraud_probability",
        "NUMERIC",
        "SORTABLE",
        "$.action",
        "AS",
        "action",
        "TAG"
    };

    /** Its name on the wire. */
    final String wire;

    DocumentCommand(String wire) {
        this.wire = wire;
    }

    /** The better one that the store has. Makes the index where it can. */
    static DocumentCommand of(UnifiedJedis jedis) {
        List<?> known = (List<?>) jedis.sendCommand(Protocol.Command.COMMAND, "INFO", JSON.wire, "FT.CREATE");
        if (known.contains(null)) {
            return TEXT;
        }
        try {
            jedis.sendCommand(SearchProtocol.SearchCommand.CREATE, INDEX);
        } catch (JedisDataException e) {
            if (!e.getMessage().contains("Index already exists")) {
                LOG.warn("The online store makes no index over transactions, which are published all the same", e);
            }
        }
        return JSON;
    }
}
