package io.cardwatch.codec;

import io.cardwatch.domain.Customer;
import io.cardwatch.domain.RecordOrigin;

/** The rules of a row of customer_info: an id, and texts that may be absent. */
final class CustomerFields extends RecordFields<Customer> {
    private final Field customerId = required(FieldNames.CUSTOMER_ID);
    private final Field jobTitle = required(FieldNames.JOB_TITLE);
    private final Field emailAddress = required(FieldNames.EMAIL_ADDRESS);
    private final Field fullName = required(FieldNames.FULL_NAME);
    private final Field phoneNumber = required(FieldNames.PHONE_NUMBER);
    private final Field city = required(FieldNames.CITY);
    private final Field state = required(FieldNames.STATE);

    @Override
    Customer value(RecordOrigin origin, byte[] raw) throws Rejection {
        return new Customer(
                customerId.id(),
                jobTitle.textOr(null),
                emailAddress.textOr(null),
                fullName.textOr(null),
                phoneNumber.textOr(null),
                city.textOr(null),
                state.textOr(null));
    }
}
