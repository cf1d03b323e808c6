package io.cardwatch.rules;

import com.google.common.collect.ImmutableSet;
import dev.cel.common.CelFunctionDecl;
import dev.cel.common.CelOptions;
import dev.cel.common.CelOverloadDecl;
import dev.cel.common.CelValidationException;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerBuilder;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelFunctionBinding;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import dev.cel.runtime.CelVariableResolver;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.Transaction;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** CEL's own compiler and its standard runtime, with the variables of rules and one list. */
public final class CelOracle {
    private static final CelOptions OPTIONS =
            CelOptions.current().enableHeterogeneousNumericComparisons(true).build();

    private final CelCompiler compiler;
    private final CelRuntime runtime;
    private final Map<String, Integer> columns = new HashMap<>();

    /** An oracle for which {@code some} is the list of that name, and every other list is empty. */
    public CelOracle(FeatureSet features, Set<Long> some) {
        CelCompilerBuilder builder = CelCompilerFactory.standardCelCompilerBuilder()
                .setOptions(OPTIONS)
                .addVar("tx_datetime", SimpleType.TIMESTAMP)
                .addVar("customer_id", SimpleType.INT)
                .addVar("terminal_id", SimpleType.INT)
                .addVar("fraud_probability", SimpleType.DOUBLE)
                .addVar("anomaly_score", SimpleType.DOUBLE)
                .addFunctionDeclarations(CelFunctionDecl.newFunctionDeclaration(
                        "listed",
                        CelOverloadDecl.newGlobalOverload(
                                "listed_string_int", SimpleType.BOOL, SimpleType.STRING, SimpleType.INT)));
        features.features().forEach(feature -> {
            builder.addVar(feature.column(), SimpleType.DOUBLE);
            columns.put(feature.column(), feature.index());
        });
        compiler = builder.build();
        ImmutableSet<Long> listed = ImmutableSet.copyOf(some);
        // Its name since the planner is there; it is what the standard builder gives.
        runtime = CelRuntimeFactory.legacyCelRuntimeBuilder()
                .setOptions(OPTIONS)
                .addFunctionBindings(CelFunctionBinding.from(
                        "listed_string_int",
                        String.class,
                        Long.class,
                        (name, id) -> name.equals("some") && listed.contains(id)))
                .build();
    }

    /** The program of an expression in plain CEL. */
    public CelRuntime.Program program(String expression) {
        try {
            return runtime.createProgram(compiler.compile(expression).getAst());
        } catch (CelValidationException | CelEvaluationException e) {
            throw new IllegalArgumentException(expression, e);
        }
    }

    /**
     * The variables of a payment. Each look-up boxes anew: CEL takes one object to equal itself, even if it is NaN.
     */
    public CelVariableResolver variables(
            Transaction transaction, double[] vector, double probability, double anomalyScore) {
        return name -> {
            switch (name) {
                case "tx_datetime":
                    return Optional.of(Instant.ofEpochSecond(transaction.epochSecond));
                case "customer_id":
                    return Optional.of(transaction.customerId);
                case "terminal_id":
                    return Optional.of(transaction.terminalId);
                case "fraud_probability":
                    return Optional.of(probability);
                case "anomaly_score":
                    return Optional.of(anomalyScore);
                default:
                    return Optional.ofNullable(columns.get(name)).map(index -> vector[index]);
            }
        };
    }
}
