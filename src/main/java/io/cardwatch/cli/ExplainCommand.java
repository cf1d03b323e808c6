package io.cardwatch.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.cardwatch.codec.EventTime;
import io.cardwatch.config.Settings;
import io.cardwatch.domain.BadInputException;
import io.cardwatch.explain.Explainer;
import io.cardwatch.explain.Explanation;
import io.cardwatch.warehouse.StoredPrediction;
import io.cardwatch.warehouse.WarehouseConnection;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Makes the decision of a stored row again, and prints what it is made of. */
@Command(
        name = "explain",
        description = "Make a stored decision again, to be filed as evidence: equal, or what differs and why. Give the"
                + " settings of the job that decided. Exit code 0: equal; 1: it differs or cannot be made again.")
final class ExplainCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "CUSTOMER_ID", description = "The card.")
    private long customerId;

    @Parameters(index = "1", paramLabel = "TRANSACTION_ID", description = "The payment's id; not unique by itself.")
    private long transactionId;

    @Parameters(
            index = "2",
            paramLabel = "TX_DATETIME",
            description = "Its time, like '2026-01-31 12:00:00' or 2026-01-31T12:00:00Z; UTC without an offset.")
    private String time;

    @Option(
            names = "--model",
            paramLabel = "DIR",
            description = "Where to look for the model first; then in model.path, the jar and fraud_models.")
    private Optional<String> model;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Mixin
    private ConfigurationMixin configuration;

    @Spec
    private CommandSpec command;

    @Override
    public Integer call() {
        long epochSecond = epochSecond();
        Settings settings = configuration.settings();
        StoredPrediction row = StoredPrediction.find(
                        WarehouseConnection.of(settings), customerId, transactionId, epochSecond)
                .orElseThrow(() -> new BadInputException(
                        "there is no row of customer " + customerId + ", transaction " + transactionId + ", "
                                + EventTime.format(epochSecond) + " UTC",
                        "Look up all three in cust_payment_tx_fraud_predictions; a payment that could not be used is in"
                                + " cust_payment_tx_dead_letters."));
        Explanation explanation = new Explainer(settings, model).explain(row);
        PrintWriter out = command.commandLine().getOut();
        if (json) {
            out.println(new String(explanation.json(), UTF_8));
        } else {
            out.print(explanation.text());
        }
        out.flush();
        return explanation.isEqual() ? 0 : Failure.FAILED;
    }

    private long epochSecond() {
        long epochSecond = EventTime.parse(time);
        if (epochSecond == EventTime.INVALID) {
            throw new BadInputException(
                    "'" + time + "' is no time from 2000 to 2099",
                    "Give it like 2026-01-31T12:00:00, or in quotes: '2026-01-31 12:00:00'; UTC without an offset.");
        }
        return epochSecond;
    }
}
