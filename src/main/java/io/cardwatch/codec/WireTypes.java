package io.cardwatch.codec;

import io.cardwatch.domain.Customer;
import io.cardwatch.domain.CustomerChange;
import io.cardwatch.domain.DeadLetter;
import io.cardwatch.domain.FeaturedTransaction;
import io.cardwatch.domain.FraudLabel;
import io.cardwatch.domain.ScoredTransaction;
import io.cardwatch.domain.ShadowScore;
import io.cardwatch.domain.Transaction;

/** The types that flow between operators, for {@code returns(…)}, side outputs and state descriptors. */
public final class WireTypes {
    public static final WireTypeInfo<Transaction> TRANSACTION =
            new WireTypeInfo<>(Transaction.class, TransactionSerializer.INSTANCE);
    public static final WireTypeInfo<FraudLabel> FRAUD_LABEL =
            new WireTypeInfo<>(FraudLabel.class, FraudLabelSerializer.INSTANCE);
    public static final WireTypeInfo<FeaturedTransaction> FEATURED_TRANSACTION =
            new WireTypeInfo<>(FeaturedTransaction.class, new FeaturedTransactionSerializer());
    public static final WireTypeInfo<ScoredTransaction> SCORED_TRANSACTION =
            new WireTypeInfo<>(ScoredTransaction.class, new ScoredTransactionSerializer());
    public static final WireTypeInfo<ShadowScore> SHADOW_SCORE =
            new WireTypeInfo<>(ShadowScore.class, new ShadowScoreSerializer());
    public static final WireTypeInfo<Customer> CUSTOMER =
            new WireTypeInfo<>(Customer.class, CustomerSerializer.INSTANCE);
    public static final WireTypeInfo<CustomerChange> CUSTOMER_CHANGE =
            new WireTypeInfo<>(CustomerChange.class, new CustomerChangeSerializer());
    public static final WireTypeInfo<DeadLetter> DEAD_LETTER =
            new WireTypeInfo<>(DeadLetter.class, DeadLetterSerializer.INSTANCE);
    public static final WireTypeInfo<Decoded<Transaction>> DECODED_TRANSACTION =
            new WireTypeInfo<>(Decoded.class, new DecodedSerializer.OfTransaction());
    public static final WireTypeInfo<Decoded<FraudLabel>> DECODED_FRAUD_LABEL =
            new WireTypeInfo<>(Decoded.class, new DecodedSerializer.OfFraudLabel());

    private WireTypes() {}
}
