package io.cardwatch.codec;

import io.cardwatch.domain.Customer;
import java.io.IOException;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** {@link Customer} in binary form. */
public final class CustomerSerializer extends WireSerializer<Customer> {
    static final CustomerSerializer INSTANCE = new CustomerSerializer();

    @Override
    protected void write(Customer customer, DataOutputView out) throws IOException {
        writeVarint(customer.customerId, out);
        writeText(customer.jobTitle, out);
        writeText(customer.emailAddress, out);
        writeText(customer.fullName, out);
        writeText(customer.phoneNumber, out);
        writeText(customer.city, out);
        writeText(customer.state, out);
    }

    @Override
    protected Customer read(DataInputView in, int writtenVersion) throws IOException {
        return new Customer(
                readVarint(in), readText(in), readText(in), readText(in), readText(in), readText(in), readText(in));
    }
}
